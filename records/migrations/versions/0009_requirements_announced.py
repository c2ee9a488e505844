"""requirements that were announced."""

import sqlalchemy as sa
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('requirements',
    sa.Column('edition', sa.String(), nullable=False),
    sa.Column('pack', sa.String(), nullable=False),
    sa.Column('version', sa.String(), nullable=False),
    sa.Column('transition_until', sa.Date(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('announced_by', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['announced_by'], ['accounts.user'], ),
    sa.PrimaryKeyConstraint('edition')
    )
    op.create_index(op.f('ix_requirements_pack'), 'requirements', ['pack'], unique=False)
    op.create_table('transitions',
    sa.Column('edition', sa.String(), nullable=False),
    sa.Column('case_id', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('taken', sa.Boolean(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('lapsed', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['edition'], ['requirements.edition'], ),
    sa.PrimaryKeyConstraint('edition', 'case_id')
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table('transitions')
    op.drop_index(op.f('ix_requirements_pack'), table_name='requirements')
    op.drop_table('requirements')
