"""time stamps of the daily roots."""

import sqlalchemy as sa
from alembic import op


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('root_stamps',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('response', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['day'], ['roots.day'], ),
    sa.PrimaryKeyConstraint('day')
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table('root_stamps')
