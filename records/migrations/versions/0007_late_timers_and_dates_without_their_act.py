"""late timers, dates without their act, and when each case acts next."""

import json
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

import sqlalchemy as sa
from alembic import op


revision = '0007'
down_revision = '0005'
branch_labels = None
depends_on = None

SHANGHAI = timezone(timedelta(hours=8))


def upgrade() -> None:
    """Bring the schema forward; of running cases it is known when they act next."""
    op.create_table('late_timers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.String(), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('entry', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('fired_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('case_id', 'turn')
    )
    op.create_table('sweep_findings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.String(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('deadlines', sa.JSON(), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done', sa.String(), nullable=False),
    sa.Column('told', sa.Boolean(), nullable=False),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('case_id', 'due_at')
    )
    op.create_index(op.f('ix_sweep_findings_resolved_at'), 'sweep_findings', ['resolved_at'], unique=False)
    op.add_column('cases', sa.Column('next_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f('ix_cases_next_at'), 'cases', ['next_at'], unique=False)
    cases = sa.table('cases', sa.column('id'), sa.column('stage'), sa.column('state'),
                     sa.column('next_at', sa.DateTime(timezone=True)))
    running = sa.select(cases.c.id, cases.c.state).where(cases.c.stage != 'closed')
    for case_id, state in op.get_bind().execute(running).all():
        setting = cases.update().where(cases.c.id == case_id).values(next_at=_next(json.loads(state)))
        op.get_bind().execute(setting)


def downgrade() -> None:
    """Take it back."""
    op.drop_index(op.f('ix_cases_next_at'), table_name='cases')
    op.drop_column('cases', 'next_at')
    op.drop_table('sweep_findings')
    op.drop_table('late_timers')


def _next(state: dict[str, Any]) -> datetime | None:
    """The soonest instant of a case's agenda: the end of a day, or eight in the morning."""
    found = []
    for one in state.get('deadlines', []):
        if one.get('state', 'running') == 'running':
            found.append(_at(one['judged_on'], time()) + timedelta(days=1))
            found += [_at(day, time(8)) for day in [one.get('opens_on'), *one.get('remind', [])] if day]
    return min(found, default=None)


def _at(day: str, hour: time) -> datetime:
    return datetime.combine(date.fromisoformat(day), hour, SHANGHAI).astimezone(timezone.utc)
