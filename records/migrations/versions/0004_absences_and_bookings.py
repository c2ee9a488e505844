"""absences and bookings."""

import json
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward; audits that run are booked."""
    op.create_table('absences',
    sa.Column('person', sa.String(), nullable=False),
    sa.Column('first', sa.Date(), nullable=False),
    sa.Column('last', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.CheckConstraint('first <= last', name='ck_absences_days'),
    sa.PrimaryKeyConstraint('person', 'first')
    )
    bookings = op.create_table('bookings',
    sa.Column('case_id', sa.String(), nullable=False),
    sa.Column('audit_id', sa.String(), nullable=False),
    sa.Column('person', sa.String(), nullable=False),
    sa.Column('first', sa.Date(), nullable=False),
    sa.Column('last', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('case_id', 'audit_id', 'person')
    )
    with op.batch_alter_table('bookings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bookings_person'), ['person'], unique=False)
    running = sa.text("SELECT state FROM cases WHERE stage <> 'closed' AND NOT rehearsal")
    for state in list(op.get_bind().scalars(running)):
        rows = _booked(json.loads(state))
        if rows:
            op.bulk_insert(bookings, rows)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table('bookings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bookings_person'))
    op.drop_table('bookings')
    op.drop_table('absences')


def _booked(state: dict[str, Any]) -> list[dict[str, Any]]:
    """The persons whom the plans of running audits name, as the store writes them."""
    unplanned = {task['audit_id'] for task in state.get('tasks', []) if task['kind'] == 'audit.plan'}
    found = {
        (state['id'], audit['id'], member['person']): audit['plan']
        for audit in state.get('audits', [])
        if audit['stage'] != 'closed' and audit['id'] not in unplanned and not audit['last_day'] and audit['plan']
        for member in audit['plan']['team']
    }
    return [
        {
            'case_id': case_id,
            'audit_id': audit_id,
            'person': person,
            'first': date.fromisoformat(plan['planned_from']),
            'last': date.fromisoformat(plan['planned_to']),
        }
        for (case_id, audit_id, person), plan in found.items()
    ]
