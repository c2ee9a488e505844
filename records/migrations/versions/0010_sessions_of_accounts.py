"""sessions of accounts."""

import sqlalchemy as sa
from alembic import op


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('sessions',
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('user', sa.String(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user'], ['accounts.user'], ),
    sa.PrimaryKeyConstraint('digest')
    )
    op.create_index(op.f('ix_sessions_user'), 'sessions', ['user'], unique=False)


def downgrade() -> None:
    """Take it back."""
    op.drop_index(op.f('ix_sessions_user'), table_name='sessions')
    op.drop_table('sessions')
