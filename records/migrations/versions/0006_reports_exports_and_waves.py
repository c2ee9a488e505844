"""reports that wait, exports and waves."""

import json

import sqlalchemy as sa
from alembic import op


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('alliance_outbox',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('case_id', sa.String(), nullable=False),
    sa.Column('effect_id', sa.String(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('alliance_outbox', schema=None) as batch_op:
        batch_op.create_index('ix_alliance_outbox_at', ['at', 'id'], unique=False)
    op.add_column('certificates', sa.Column('city', sa.String(), nullable=False, server_default=''))
    _fill_cities()
    op.add_column('cases', sa.Column('wave', sa.String(), nullable=True))
    op.create_index('ix_cases_wave', 'cases', ['wave'], unique=False)
    op.create_table('waves',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('opens_on', sa.Date(), nullable=False),
    sa.Column('closes_on', sa.Date(), nullable=False),
    sa.Column('created_by', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('opens_on <= closes_on', name='ck_waves_days'),
    sa.ForeignKeyConstraint(['body'], ['bodies.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('body', 'year', 'title', name='uq_waves_title')
    )
    op.create_table('wave_applications',
    sa.Column('wave', sa.String(), nullable=False),
    sa.Column('case_id', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('organization', sa.String(), nullable=False),
    sa.Column('uscc', sa.String(), nullable=False),
    sa.Column('service', sa.String(), nullable=False),
    sa.Column('applicant', sa.String(), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('problem', sa.Text(), nullable=False),
    sa.CheckConstraint("state IN ('waiting', 'started', 'refused')", name='ck_wave_applications_state'),
    sa.ForeignKeyConstraint(['wave'], ['waves.id'], ),
    sa.PrimaryKeyConstraint('wave', 'case_id')
    )
    op.create_table('national_exports',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('first', sa.Date(), nullable=False),
    sa.Column('last', sa.Date(), nullable=False),
    sa.Column('items', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('made_by', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('receipt_number', sa.String(), nullable=True),
    sa.Column('receipt_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.CheckConstraint("state IN ('open', 'confirmed', 'rejected')", name='ck_national_exports_state'),
    sa.ForeignKeyConstraint(['body'], ['bodies.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('national_exports', schema=None) as batch_op:
        batch_op.create_index('ix_national_exports_body', ['body', 'id'], unique=False)
    op.create_table('national_export_items',
    sa.Column('export_id', sa.String(), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['export_id'], ['national_exports.id'], ),
    sa.ForeignKeyConstraint(['number', 'place'], ['certificate_changes.number', 'certificate_changes.place'], ),
    sa.PrimaryKeyConstraint('export_id', 'number', 'place')
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table('wave_applications')
    op.drop_table('waves')
    op.drop_index('ix_cases_wave', table_name='cases')
    op.drop_column('cases', 'wave')
    op.drop_table('national_export_items')
    op.drop_table('national_exports')
    op.drop_column('certificates', 'city')
    op.drop_table('alliance_outbox')


def _fill_cities() -> None:
    """Certificates are of the city that their case's application names."""
    certified = sa.text("SELECT id, state FROM cases WHERE id IN (SELECT case_id FROM certificates)")
    place = sa.text("UPDATE certificates SET city = :city WHERE case_id = :id")
    for case_id, state in list(op.get_bind().execute(certified)):
        application = json.loads(state).get('application')
        if application:
            op.get_bind().execute(place, {'id': case_id, 'city': application['organization']['city']})
