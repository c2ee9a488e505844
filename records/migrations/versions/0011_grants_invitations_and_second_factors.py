"""grants of roles, invitations and second factors."""

import sqlalchemy as sa
from alembic import op


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('grants',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('user', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('roles', sa.JSON(), nullable=False),
    sa.Column('asked_by', sa.String(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('decided_by', sa.String(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['body'], ['bodies.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_grants_body'), 'grants', ['body'], unique=False)
    op.create_index(op.f('ix_grants_user'), 'grants', ['user'], unique=False)
    op.create_table('second_factors',
    sa.Column('user', sa.String(), nullable=False),
    sa.Column('nonce', sa.String(), nullable=False),
    sa.Column('confirmed', sa.Boolean(), nullable=False),
    sa.Column('last_step', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['user'], ['accounts.user'], ),
    sa.PrimaryKeyConstraint('user')
    )
    op.create_table('invitations',
    sa.Column('user', sa.String(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user'], ['accounts.user'], ),
    sa.PrimaryKeyConstraint('user'),
    sa.UniqueConstraint('digest')
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table('invitations')
    op.drop_table('second_factors')
    op.drop_index(op.f('ix_grants_user'), table_name='grants')
    op.drop_index(op.f('ix_grants_body'), table_name='grants')
    op.drop_table('grants')
