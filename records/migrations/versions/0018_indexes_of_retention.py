"""indexes by which retention finds what is needed by nobody else."""

from alembic import op


revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

INDEXES = {
    'ix_documents_sha256': ('documents', 'sha256'),
    'ix_file_uses_case_id': ('file_uses', 'case_id'),
    'ix_files_sha256': ('files', 'sha256'),
    'ix_history_exports_sha256': ('history_exports', 'sha256'),
}


def upgrade() -> None:
    """Bring the schema forward."""
    for name, (table, column) in INDEXES.items():
        op.create_index(name, table, [column])


def downgrade() -> None:
    """Take it back."""
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table_name=table)
