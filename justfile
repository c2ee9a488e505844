# One command for each chore.

# lists the commands
default:
    @just --list --unsorted

# formats, and repairs what can be repaired
fix:
    uv run --no-sync ruff format
    uv run --no-sync ruff check --fix

# lints, types and import rules
check:
    uv run --no-sync ruff check
    uv run --no-sync ruff format --check
    uv run --no-sync mypy
    uv run --no-sync lint-imports
    uv run --no-sync deptry .

# everything that is tested, as continuous integration does
test *options:
    ./test {{ options }}

# the same without servers
fast *options:
    ./test fast {{ options }}

# changes the rules in thousands of places and asks whether a test tells; at most 20 minutes, in an environment of its own
mutants:
    #!/bin/sh
    set -eu
    export UV_PROJECT_ENVIRONMENT=.venv-mutants
    uv sync --quiet --group mutants
    rm -rf mutants
    uv run --no-sync mutmut run
    uv run --no-sync mutmut results --all true | uv run --no-sync python -m bench.mutants

# random lives from another seed: the steps without the engine, then 300 simulated years on it
lives seed=`date +%s` years="300":
    WALKS_SEED={{ seed }} WALKS_YEARS={{ years }} uv run --no-sync pytest tests/walks tests/engine/test_random_lives.py

# records the histories of all paths, or of these, anew; tests/histories/lesson.py says when that is right
histories *paths:
    uv run --no-sync python -m tests.histories.record {{ paths }}

# runs the product on this machine
start *options:
    ./start {{ options }}

# writes the next migration, by comparing the tables with a throw-away SQLite
migrate message:
    #!/bin/sh
    set -eu
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    uv run --no-sync python - "sqlite:///$folder/record.sqlite" {{ quote(message) }} <<'END'
    import sys
    from alembic import command
    from records.database import MIGRATIONS, config, migrate

    url, message = sys.argv[1:]
    migrate(url)
    number = len(list((MIGRATIONS / "versions").glob("[0-9]*.py"))) + 1
    command.revision(config(url), message, autogenerate=True, rev_id=f"{number:04d}")
    END

# prints the matrix of every act in every status
matrix:
    uv run --no-sync python -m tests.flow.matrix
