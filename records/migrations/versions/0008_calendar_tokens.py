"""calendar tokens."""

import sqlalchemy as sa
from alembic import op


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('calendar_tokens',
    sa.Column('user', sa.String(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user'], ['accounts.user'], ),
    sa.PrimaryKeyConstraint('user'),
    sa.UniqueConstraint('digest')
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table('calendar_tokens')
