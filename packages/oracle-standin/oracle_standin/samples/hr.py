"""The `hr` sample: a small company with 20,000 employees, and one table with every type.

The tables resemble the well-known schema of that name; the data are our own, made by arithmetic, so
that they are equal on every machine. They hold what real data hold: accents, emoji, quotes, line
breaks, NULLs, a self-reference, a composite key and dates with a time of day.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from oracle_standin.samples import all_types

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

EMPLOYEES = 20_000
DEPARTMENTS = 27
JOB_HISTORY = 6_000

CREATE: tuple[str, ...] = (
    """CREATE TABLE regions (
      region_id NUMBER(4) CONSTRAINT regions_pk PRIMARY KEY,
      region_name VARCHAR2(40 CHAR) NOT NULL,
      updated_at TIMESTAMP(6) NOT NULL)""",
    """CREATE TABLE countries (
      country_id CHAR(2 CHAR) CONSTRAINT countries_pk PRIMARY KEY,
      country_name VARCHAR2(60 CHAR) NOT NULL,
      region_id NUMBER(4) CONSTRAINT countries_region_fk REFERENCES regions (region_id),
      updated_at TIMESTAMP(6) NOT NULL)""",
    """CREATE TABLE departments (
      department_id NUMBER(6) CONSTRAINT departments_pk PRIMARY KEY,
      department_name VARCHAR2(60 CHAR) NOT NULL,
      country_id CHAR(2 CHAR) CONSTRAINT departments_country_fk REFERENCES countries (country_id),
      budget NUMBER(14,2),
      opened DATE,
      updated_at TIMESTAMP(6) NOT NULL)""",
    """CREATE TABLE jobs (
      job_id VARCHAR2(12 CHAR) CONSTRAINT jobs_pk PRIMARY KEY,
      job_title VARCHAR2(60 CHAR) NOT NULL,
      min_salary NUMBER(8,2),
      max_salary NUMBER(8,2),
      updated_at TIMESTAMP(6) NOT NULL)""",
    """CREATE TABLE employees (
      employee_id NUMBER(8) CONSTRAINT employees_pk PRIMARY KEY,
      first_name VARCHAR2(40 CHAR),
      last_name VARCHAR2(40 CHAR) NOT NULL,
      email VARCHAR2(80 CHAR) NOT NULL CONSTRAINT employees_email_uq UNIQUE,
      phone VARCHAR2(20 CHAR),
      hire_date DATE NOT NULL,
      job_id VARCHAR2(12 CHAR) NOT NULL CONSTRAINT employees_job_fk REFERENCES jobs (job_id),
      salary NUMBER(8,2) CONSTRAINT employees_salary_ck CHECK (salary > 0),
      commission_pct NUMBER(2,2),
      manager_id NUMBER(8) CONSTRAINT employees_manager_fk REFERENCES employees (employee_id),
      department_id NUMBER(6)
        CONSTRAINT employees_department_fk REFERENCES departments (department_id),
      note VARCHAR2(200 CHAR),
      updated_at TIMESTAMP(6) NOT NULL)""",
    """CREATE TABLE job_history (
      employee_id NUMBER(8) NOT NULL
        CONSTRAINT job_history_employee_fk REFERENCES employees (employee_id),
      start_date DATE NOT NULL,
      end_date DATE NOT NULL,
      job_id VARCHAR2(12 CHAR) NOT NULL CONSTRAINT job_history_job_fk REFERENCES jobs (job_id),
      department_id NUMBER(6),
      updated_at TIMESTAMP(6) NOT NULL,
      CONSTRAINT job_history_pk PRIMARY KEY (employee_id, start_date),
      CONSTRAINT job_history_dates_ck CHECK (end_date > start_date))""",
    all_types.CREATE,
    "CREATE INDEX employees_updated_ix ON employees (updated_at)",
    "COMMENT ON TABLE employees IS 'Everybody on the payroll, one row a person'",
    "COMMENT ON COLUMN employees.salary IS 'Monthly, in the currency of the country'",
    "COMMENT ON COLUMN employees.manager_id IS 'The manager''s employee_id; NULL at the top'",
    "COMMENT ON TABLE job_history IS 'Positions held before the present one'",
    all_types.COMMENT,
)
"""DDL in the order in which the tables need one another."""

FINISH: tuple[str, ...] = tuple(
    f"BEGIN DBMS_STATS.GATHER_TABLE_STATS(USER, '{table}'); END;"
    for table in (
        "REGIONS",
        "COUNTRIES",
        "DEPARTMENTS",
        "JOBS",
        "EMPLOYEES",
        "JOB_HISTORY",
        "ALL_TYPES",
    )
)
"""Run after the rows are committed: row counts for the dictionary."""

_EPOCH = datetime(2024, 1, 1, 6, 0, 0)  # noqa: DTZ001 - DATE and TIMESTAMP have no zone

_REGIONS = ("Europe", "Amériques", "アジア", "Africa & Middle East")
_COUNTRIES = (
    ("DE", "Deutschland", 1),
    ("FR", "France", 1),
    ("CH", "Schweiz / Suisse", 1),
    ("GB", "United Kingdom", 1),
    ("PL", "Polska", 1),
    ("US", "United States", 2),
    ("BR", "Brasil", 2),
    ("MX", "México", 2),
    ("JP", "日本", 3),
    ("IN", "India", 3),
    ("SG", "Singapore", 3),
    ("EG", "Egypt", 4),
    ("ZA", "South Africa", 4),
    ("CI", "Côte d'Ivoire", 4),
)
_JOBS = (
    ("PRES", "President", 20000, 40000),
    ("AD_VP", "Vice President", 15000, 30000),
    ("FI_MGR", "Finance Manager", 8200, 16000),
    ("FI_ACC", "Accountant", 4200, 9000),
    ("SA_MAN", "Sales Manager", 10000, 20080),
    ("SA_REP", "Sales Representative", 6000, 12008),
    ("PU_CLERK", "Purchasing Clerk", 2500, 5500),
    ("ST_MAN", "Stock Manager", 5500, 8500),
    ("ST_CLERK", "Stock Clerk", 2008, 5000),
    ("IT_PROG", "Programmer", 4000, 10000),
    ("MK_REP", "Marketing Representative", 4000, 9000),
    ("PR_REP", "Public Relations — « voix »", 4500, 10500),
)
_FIRST_NAMES = (
    "Ada",
    "Björn",
    "Chloé",
    "Dmitri",
    "Élodie",
    "Fátima",
    "Grace",
    "Håkon",
    "Inês",
    "João",
    "Kōji",
    "Łukasz",
    "Márta",
    "Nuño",
    "Øyvind",
    "Priya",
    "Quentin",
    "Renée",
    "Søren",
    "Thảo",
    "Uğur",
    "Václav",
    "Wei",
    "Ximena",
    "Yūko",
    "Zoë",
)
_LAST_NAMES = (
    "O'Neil",
    "Müller",
    "García",
    "Nguyễn",
    "Ørsted",
    "d'Arcy",
    "Kowalski",
    "Çelik",
    "Tanaka",
    "Silva",
    "Van der Berg",
    "Smith-Jones",
    "Åkesson",
    "Đặng",
    "Ivanova",
    "Haddad",
    "Ñíguez",
    "Saß",
    "王",
)
_NOTES = (
    None,
    "🏅 employee of the month",
    'says "quotes" matter',
    "first line\nsecond line\twith a tab",
    "back\\slash and, comma",
    "naïve café — 50 % 👩‍💻",
    None,
)


def updated_at(number: int) -> datetime:
    """Return the distinct time stamp of the `number`th change, in microseconds."""
    return _EPOCH + timedelta(seconds=37 * number, microseconds=(number * 7919) % 1_000_000)


def regions() -> Iterator[tuple[Any, ...]]:
    """Yield the rows of REGIONS."""
    for number, name in enumerate(_REGIONS, start=1):
        yield number, name, updated_at(number)


def countries() -> Iterator[tuple[Any, ...]]:
    """Yield the rows of COUNTRIES."""
    for number, (code, name, region) in enumerate(_COUNTRIES):
        yield code, name, region, updated_at(number)


def departments() -> Iterator[tuple[Any, ...]]:
    """Yield the rows of DEPARTMENTS; some have no country, budget or opening date."""
    for number in range(1, DEPARTMENTS + 1):
        country = None if number % 9 == 0 else _COUNTRIES[number % len(_COUNTRIES)][0]
        budget = None if number % 7 == 0 else Decimal(number * 123_457) / 100
        opened = None if number % 5 == 0 else _EPOCH - timedelta(days=300 * number, minutes=number)
        yield number * 10, f"Department {number:02d}", country, budget, opened, updated_at(number)


def jobs() -> Iterator[tuple[Any, ...]]:
    """Yield the rows of JOBS."""
    for number, (job, title, low, high) in enumerate(_JOBS):
        yield job, title, low, high, updated_at(number)


def employees(count: int = EMPLOYEES) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of EMPLOYEES, managers before their people."""
    for number in range(1, count + 1):
        first = None if number % 97 == 0 else _FIRST_NAMES[number % len(_FIRST_NAMES)]
        last = _LAST_NAMES[number % len(_LAST_NAMES)]
        job, _, low, high = _JOBS[min(number - 1, number % len(_JOBS))]
        salary = Decimal(low * 100 + (number * 7_907) % ((high - low) * 100)) / 100
        yield (
            number,
            first,
            last,
            f"employee{number}@example.com",
            None if number % 11 == 0 else f"+49 30 {number:06d}",
            _EPOCH - timedelta(days=number % 9_000, seconds=(number * 127) % 86_400),
            job,
            None if number % 501 == 0 else salary,
            Decimal(number % 40) / 100 if job.startswith("SA_") else None,
            None if number == 1 else number // 8 + 1 if number // 8 + 1 < number else 1,
            None if number % 53 == 0 else (number % DEPARTMENTS + 1) * 10,
            _NOTES[number % len(_NOTES)],
            updated_at(number),
        )


def job_history(count: int = JOB_HISTORY) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of JOB_HISTORY: up to three earlier positions of every tenth employee."""
    for number in range(count):
        employee = number // 3 * 10 + 1
        start = _EPOCH - timedelta(days=4_000 - 1_000 * (number % 3), seconds=number)
        end = start + timedelta(days=900, hours=7)
        job = _JOBS[(number * 5) % len(_JOBS)][0]
        department = None if number % 13 == 0 else (number % DEPARTMENTS + 1) * 10
        yield employee, start, end, job, department, updated_at(number)


def inserts(part: int = 1) -> Iterator[tuple[str, Iterable[Sequence[Any]]]]:
    """Yield an INSERT statement and its bind rows for each table, parents first.

    The two large tables hold the `part`th part of their rows.

    UPDATED_AT goes in as text: a Python datetime would be bound as a DATE and lose its fraction.
    """
    for table, rows, width in (
        ("regions", regions(), 3),
        ("countries", countries(), 4),
        ("departments", departments(), 6),
        ("jobs", jobs(), 5),
        ("employees", employees(EMPLOYEES // part), 13),
        ("job_history", job_history(JOB_HISTORY // part), 6),
    ):
        places = ", ".join(f":{place}" for place in range(1, width))
        moment = f"TO_TIMESTAMP(:{width}, 'YYYY-MM-DD HH24:MI:SS.FF6')"
        statement = f"INSERT INTO {table} VALUES ({places}, {moment})"  # noqa: S608 - our own names
        yield statement, (_with_text_time(row) for row in rows)
    yield all_types.INSERT, all_types.rows()


def _with_text_time(row: Sequence[Any]) -> Sequence[Any]:
    moment: datetime = row[-1]
    return (*row[:-1], moment.isoformat(sep=" ", timespec="microseconds"))
