"""files named by an audit."""

import sqlalchemy as sa
from alembic import op


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.rename_table('file_uses', 'file_uses_before')
    _create(sa.Column('audit', sa.String(), nullable=False), key=('file_id', 'case_id', 'audit'))
    op.execute("INSERT INTO file_uses (file_id, case_id, audit) SELECT file_id, case_id, '' FROM file_uses_before")
    op.drop_table('file_uses_before')


def downgrade() -> None:
    """Take it back."""
    op.rename_table('file_uses', 'file_uses_before')
    _create(key=('file_id', 'case_id'))
    op.execute('INSERT INTO file_uses (file_id, case_id) SELECT DISTINCT file_id, case_id FROM file_uses_before')
    op.drop_table('file_uses_before')


def _create(*more: sa.Column[str], key: tuple[str, ...]) -> None:
    op.create_table('file_uses',
    sa.Column('file_id', sa.String(), nullable=False),
    sa.Column('case_id', sa.String(), nullable=False),
    *more,
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['file_id'], ['files.id'], ),
    sa.PrimaryKeyConstraint(*key)
    )
