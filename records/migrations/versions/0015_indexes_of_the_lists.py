"""indexes of the lists."""

from alembic import op


revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

INDEXES = {
    'ix_cases_list': ('cases', ['body', 'number']),
    'ix_cases_body_due': ('cases', ['body', 'next_due']),
    'ix_certificate_changes_status': ('certificate_changes', ['status', 'number', 'on']),
    'ix_certificates_holders': ('certificates', ['uscc', 'number']),
    'ix_certificates_rehearsal': ('certificates', ['rehearsal']),
    'ix_certificates_valid_from': ('certificates', ['valid_from']),
    'ix_certificates_valid_until': ('certificates', ['valid_until']),
    'ix_duties_person': ('duties', ['person']),
    'ix_idempotency_at': ('idempotency', ['at']),
}
WORDS = {
    'cases': 'number, organization, service',
    'certificates': 'number, organization, service, uscc',
}
PAIRS = """
    CREATE FUNCTION pairs(VARIADIC said text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 3000 AS $$
        SELECT array_agg(substr(whole, place, 2))
        FROM lower(array_to_string(said, ' ')) whole, generate_series(1, length(whole) - 1) place
    $$
"""
"""What it costs keeps PostgreSQL from working it out row by row."""


def upgrade() -> None:
    """Bring the schema forward; on PostgreSQL also what finds parts of words."""
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)
    op.drop_index('ix_cases_body', table_name='cases')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(PAIRS)
        for table, words in WORDS.items():
            op.execute(f'CREATE INDEX ix_{table}_words ON {table} USING gin (pairs({words}))')


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == 'postgresql':
        for table in WORDS:
            op.execute(f'DROP INDEX ix_{table}_words')
        op.execute('DROP FUNCTION pairs(text[])')
    op.create_index('ix_cases_body', 'cases', ['body'])
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table_name=table)
