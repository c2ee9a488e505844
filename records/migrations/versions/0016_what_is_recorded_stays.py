"""what is recorded stays."""

from alembic import op


revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

KEPT = {
    'events': ('', ['(case_id, seq) = (NEW.case_id, NEW.seq)', 'hash = NEW.hash']),
    'turns': ('case_id, turn, message_id, head', ['(case_id, turn) = (NEW.case_id, NEW.turn)']),
    'duties': ('', ['(case_id, person) = (NEW.case_id, NEW.person)']),
    'roots': ('day, cases, heads, previous, root, moved', ['day = NEW.day']),
    'cases': ('id, number, body, uscc, opened_at', ['id = NEW.id']),
    'certificates': ('number, case_id, place, body, decided_on, valid_from, valid_until', ['number = NEW.number']),
    'certificate_changes': ('', ['(number, place) = (NEW.number, NEW.place)']),
}
"""Table → which of its columns never change (empty: none does), and what a row that is there has in common."""
REFUSE = """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '% is kept as it was written', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END
    $$
"""


def triggers() -> dict[str, tuple[str, str]]:
    """Name of each trigger → its table, and when it refuses."""
    found = {}
    for table, (columns, _) in KEPT.items():
        found[f'{table}_stay'] = (table, f'BEFORE DELETE ON {table}')
        found[f'{table}_keep'] = (table, f'BEFORE UPDATE {"OF" if columns else ""} {columns} ON {table}')
    found['cases_go_on'] = ('cases', 'BEFORE UPDATE OF version, turn ON cases')
    return found


def when(name: str) -> str:
    """A case's chain grows, and never shrinks."""
    return 'WHEN (NEW.version < OLD.version OR NEW.turn < OLD.turn)' if name == 'cases_go_on' else ''


def upgrade() -> None:
    """Refuse changes and deletions of what was recorded, whoever asks for them."""
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(REFUSE)
        for name, (_, event) in triggers().items():
            op.execute(f'CREATE TRIGGER {name} {event} FOR EACH ROW {when(name)} EXECUTE FUNCTION refuse_change()')
        for table in KEPT:
            op.execute(f'CREATE TRIGGER {table}_remain BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change()')
        return
    for name, (table, event) in triggers().items():
        op.execute(f"CREATE TRIGGER {name} {event} {when(name)} BEGIN SELECT RAISE(ABORT, '{table} is kept'); END")
    for table, (_, keys) in KEPT.items():
        # INSERT OR REPLACE deletes without being asked by the other triggers.
        there = f'EXISTS (SELECT 1 FROM {table} WHERE {" OR ".join(keys)})'
        op.execute(
            f'CREATE TRIGGER {table}_remain BEFORE INSERT ON {table} WHEN {there} '
            f"BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: {table}'); END"
        )


def downgrade() -> None:
    """Take it back."""
    names = {name: table for name, (table, _) in triggers().items()} | {f'{table}_remain': table for table in KEPT}
    of_postgresql = op.get_bind().dialect.name == 'postgresql'
    for name, table in names.items():
        op.execute(f'DROP TRIGGER {name} ON {table}' if of_postgresql else f'DROP TRIGGER {name}')
    if of_postgresql:
        op.execute('DROP FUNCTION refuse_change()')
