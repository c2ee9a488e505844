"""days of the calendar, and which cases have provisional dates."""

import sqlalchemy as sa
from alembic import op


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('calendar_days',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('working', sa.Boolean(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('notice_year', sa.Integer(), nullable=True),
    sa.Column('added_by', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['added_by'], ['accounts.user'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('notice_year', 'day')
    )
    op.add_column('cases', sa.Column('provisional', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE cases SET provisional = (1 = 1) WHERE state LIKE '%\"provisional_dates\"%'")


def downgrade() -> None:
    """Take it back."""
    op.drop_column('cases', 'provisional')
    op.drop_table('calendar_days')
