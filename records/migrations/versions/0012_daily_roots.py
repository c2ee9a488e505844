"""daily roots."""

import sqlalchemy as sa
from alembic import op


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('roots',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('cases', sa.Integer(), nullable=False),
    sa.Column('heads', sa.String(), nullable=False),
    sa.Column('previous', sa.String(), nullable=False),
    sa.Column('root', sa.String(), nullable=False),
    sa.Column('moved', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('day'),
    sa.UniqueConstraint('root')
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table('roots')
