"""What `flowent doctor` prints."""

import io

from flowent.cli import doctor
from flowent.observability.findings import Finding


class TestReport:
    def test_one_line_each_with_the_remedy(self) -> None:
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        status = doctor.print_findings(
            [Finding("ok", "python", "3.14"), Finding("warning", "sandbox", "absent.", "Install it.")], out
        )
        out.seek(0)
        assert out.read() == "✓  python   3.14\n!  sandbox  absent. → Install it.\n"
        assert status == 0

    def test_something_missing_fails_the_command(self) -> None:
        assert doctor.print_findings([Finding("missing", "database", "gone")], io.StringIO()) == 1

    def test_a_terminal_without_unicode_gets_ascii(self) -> None:
        buffer = io.BytesIO()
        out = io.TextIOWrapper(buffer, encoding="ascii")
        doctor.print_findings([Finding("missing", "database", "gone", "Restore it.")], out)
        out.flush()
        assert buffer.getvalue() == b"X  database  gone -> Restore it.\n"
