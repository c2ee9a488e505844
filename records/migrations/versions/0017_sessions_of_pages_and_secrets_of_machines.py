"""sessions of pages, secrets of machines, changes of addresses."""

import sqlalchemy as sa
from alembic import op


revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('machine_secrets',
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('user', sa.String(), nullable=False),
    sa.Column('made_by', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user'], ['accounts.user'], ),
    sa.PrimaryKeyConstraint('digest')
    )
    op.create_index(op.f('ix_machine_secrets_user'), 'machine_secrets', ['user'], unique=False)
    op.add_column('grants', sa.Column('kind', sa.String(), nullable=False, server_default='roles'))
    op.add_column('sessions', sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('sessions', sa.Column('issuer_token', sa.Text(), nullable=False, server_default=''))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.drop_column('issuer_token')
        batch_op.drop_column('seen_at')

    with op.batch_alter_table('grants', schema=None) as batch_op:
        batch_op.drop_column('kind')

    op.drop_index(op.f('ix_machine_secrets_user'), table_name='machine_secrets')
    op.drop_table('machine_secrets')
