"""The configuration: precedence, the sentences that a person gets, and which directories the agent may have."""

import stat
from pathlib import Path

import pytest

from flowent.config import SETTINGS, Config, ConfigError


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home, the platform's directories and a current directory that are this test's own."""
    for name in ("home", "share", "etc", "project"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "etc"))
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path


def load(*, file: Path | None = None, environ: dict[str, str] | None = None, **options: object) -> Config:
    return Config.load(options, environ or {}, file)


def problems(*, file: Path | None = None, environ: dict[str, str] | None = None, **options: object) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load(file=file, environ=environ, **options)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def toml(directory: Path, text: str) -> Path:
    file = directory / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


class TestPrecedence:
    def test_defaults(self, machine: Path) -> None:
        config = load()
        assert (config.host, config.port) == ("127.0.0.1", 6873)
        assert config.data_dir == machine / "share" / "flowent"
        assert config.workdir == machine / "project"
        assert config.key_file == machine / "etc" / "flowent" / "secret.key"
        assert config.config_file is None
        assert dict(config.origins) == {}
        assert config.notices == ()

    def test_each_layer_overrides_the_one_below(self, machine: Path) -> None:
        file = toml(machine / "etc", "port = 1\nlog_retention = 1\nlog_level = 'debug'\n")
        environ = {"FLOWENT_PORT": "2", "FLOWENT_LOG_RETENTION": "2"}
        config = load(file=file, environ=environ, port=3)
        assert (config.port, config.log_retention, config.log_level) == (3, 2, "debug")
        assert dict(config.origins) == {
            "port": "The option --port",
            "log_retention": "The environment variable FLOWENT_LOG_RETENTION",
            "log_level": f"The setting log_level in line 3 of {file}",
        }

    def test_an_option_that_was_not_given_overrides_nothing(self) -> None:
        assert load(environ={"FLOWENT_PORT": "2"}, port=None).port == 2

    def test_an_empty_variable_counts_as_not_set(self) -> None:
        assert load(environ={"FLOWENT_PORT": " "}).port == 6873

    def test_own_log_level_wins_over_the_common_one(self) -> None:
        assert load(environ={"LOG_LEVEL": "WARN"}).log_level == "warning"
        assert load(environ={"LOG_LEVEL": "error", "FLOWENT_LOG_LEVEL": "Debug"}).log_level == "debug"

    def test_the_platforms_file_is_read_where_it_exists(self, machine: Path) -> None:
        (machine / "etc" / "flowent").mkdir()
        file = toml(machine / "etc" / "flowent", "port = 7000\n")
        config = load()
        assert (config.port, config.config_file) == (7000, file)

    def test_a_variable_names_the_file_and_an_option_wins(self, machine: Path) -> None:
        named = toml(machine / "etc", "port = 7001\n")
        environ = {"FLOWENT_CONFIG": str(named)}
        assert load(environ=environ).port == 7001
        other = machine / "home" / "other.toml"
        other.write_text("port = 7002\n")
        assert load(environ=environ, file=other).port == 7002

    def test_a_file_in_the_work_directory_is_not_read(self, machine: Path) -> None:
        toml(machine / "project", "port = 1\n")
        (machine / "project" / "flowent.toml").write_text("port = 1\n")
        (machine / "project" / ".env").write_text("FLOWENT_PORT=1\n")
        assert load().port == 6873

    def test_every_type_can_be_written_in_a_variable(self, machine: Path) -> None:
        config = load(
            environ={
                "FLOWENT_NO_BROWSER": "true",
                "FLOWENT_ALLOWED_HOSTS": "One.example, two.example:8443,[::1]:80",
                "FLOWENT_MAX_BODY_SIZE": "2MiB",
                "FLOWENT_TOKEN": "t" * 32,
                "FLOWENT_DATABASE_URL": "postgresql://user@localhost/flowent",
                "FLOWENT_DATA_DIR": "~/data",
            }
        )
        assert config.no_browser is True
        assert config.allowed_hosts == ("one.example", "two.example:8443", "[::1]:80")
        assert config.max_body_size == 2 * 1024 * 1024
        assert config.token is not None
        assert config.token.get_secret_value() == "t" * 32
        assert config.data_dir == machine / "home" / "data"

    def test_a_relative_path_starts_where_it_was_written(self, machine: Path) -> None:
        (machine / "src").mkdir()
        file = toml(machine / "etc", "data_dir = 'data'\n")
        assert load(file=file).data_dir == machine / "etc" / "data"
        assert load(file=file, data_dir="data", workdir="../src").data_dir == machine / "project" / "data"


class TestMistakes:
    @pytest.mark.parametrize(
        ("name", "value", "wanted"),
        [
            ("port", "abc", "a port from 0 to 65535 (0 takes any free one)"),
            ("port", "65536", "a port from 0 to 65535 (0 takes any free one)"),
            ("no_browser", "perhaps", "true or false"),
            ("log_level", "loud", "debug, info, warning or error"),
            ("log_retention", "0", "a number of days from 1 to 3650"),
            ("max_attachment_size", "12 apples", "a size of at least 1KiB, such as 32MiB"),
            (
                "allowed_hosts",
                "https://example.org",
                "host names such as flowent.example.org, with a port where it is not the server's own",
            ),
            (
                "public_url",
                "https://example.org/flowent",
                "the address that people type, such as https://flowent.example.org, without a path",
            ),
        ],
    )
    def test_a_bad_variable_is_named_with_what_it_must_be(self, name: str, value: str, wanted: str) -> None:
        variable = f"FLOWENT_{name.upper()}"
        assert problems(environ={variable: value}) == (
            f"The environment variable {variable} must be {wanted}, but is {value!r}. Correct it or leave it out.",
        )

    def test_a_bad_option_is_named(self) -> None:
        assert problems(no_browser="perhaps")[0].startswith("The option --no-browser must be true or false")

    def test_a_bad_line_is_named(self, machine: Path) -> None:
        file = toml(machine / "etc", "# Ours\nhost = 'localhost'\nport = true\n")
        assert problems(file=file)[0].startswith(f"The setting port in line 3 of {file} must be a port")

    def test_all_mistakes_are_told_at_once(self) -> None:
        assert len(problems(environ={"FLOWENT_PORT": "x"}, log_level="y", log_retention="z")) == 3

    def test_a_secret_is_not_repeated(self) -> None:
        secret = "mysql://user:secret-password@db/flowent"
        assert "secret-password" not in problems(environ={"FLOWENT_DATABASE_URL": secret})[0]
        assert "two words" not in problems(environ={"FLOWENT_TOKEN": "two words"})[0]

    def test_an_unknown_key_is_refused_with_the_nearest_name(self, machine: Path) -> None:
        file = toml(machine / "etc", "\nlog-levle = 'info'\n[server]\nport = 1\n")
        assert problems(file=file) == (
            f"There is no setting 'log-levle', which is in line 2 of {file}. Did you mean log_level?",
            f"There is no setting 'server', which is in line 3 of {file}. "
            f"Remove it; the settings are {', '.join(SETTINGS)}.",
        )

    def test_a_file_that_is_not_toml(self, machine: Path) -> None:
        file = toml(machine / "etc", "port =\n")
        message = problems(file=file)[0]
        assert str(file) in message
        assert "line 1" in message

    def test_a_file_that_is_not_utf_8(self, machine: Path) -> None:
        file = machine / "etc" / "config.toml"
        file.write_bytes(b"host = '\xff'\n")
        assert "not valid TOML" in problems(file=file)[0]

    def test_a_chosen_file_must_be_there(self, machine: Path) -> None:
        missing = machine / "etc" / "missing.toml"
        assert f"{missing} cannot be read: No such file or directory" in problems(file=missing)[0]

    def test_a_mistyped_variable_is_pointed_out(self) -> None:
        config = load(environ={"FLOWENT_LOG_LEVLE": "debug", "FLOWENT_SECRET_KEY": "k", "FLOWENT_CRASH_AT": "c"})
        assert config.notices == (
            "The environment variable FLOWENT_LOG_LEVLE sets nothing. Did you mean FLOWENT_LOG_LEVEL?",
        )


class TestExposure:
    @pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
    def test_this_machine_needs_nothing_more(self, host: str) -> None:
        assert load(host=host).exposed is False

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "flowent.example.org"])
    def test_others_need_encryption_and_names(self, host: str) -> None:
        encryption, names = problems(host=host)
        assert "--tls-cert" in encryption
        assert "FLOWENT_ALLOWED_HOSTS" in names

    def test_a_public_address_behind_a_proxy_is_enough(self) -> None:
        assert load(host="0.0.0.0", public_url="https://Flowent.example.org/").public_url == (
            "https://flowent.example.org"
        )

    def test_a_public_address_without_encryption_is_not(self) -> None:
        assert "HTTPS" in problems(host="0.0.0.0", public_url="http://flowent.example.org")[0]

    def test_a_certificate_with_its_key_and_names_is_enough(self, machine: Path) -> None:
        for name in ("cert.pem", "key.pem"):
            (machine / "etc" / name).touch()
        config = load(
            host="0.0.0.0",
            tls_cert=machine / "etc" / "cert.pem",
            tls_key=machine / "etc" / "key.pem",
            allowed_hosts=["flowent.example.org"],
        )
        assert config.exposed is True

    def test_a_certificate_without_its_key(self, machine: Path) -> None:
        (machine / "etc" / "cert.pem").touch()
        assert problems(tls_cert=machine / "etc" / "cert.pem") == (
            "A certificate and its key belong together, and tls_key is not set. Set it too.",
        )

    def test_a_certificate_that_is_not_there(self, machine: Path) -> None:
        (machine / "etc" / "key.pem").touch()
        missing = machine / "etc" / "cert.pem"
        assert problems(tls_cert=missing, tls_key=machine / "etc" / "key.pem") == (
            f"The option --tls-cert names {missing}, where there is no file. Correct the path.",
        )

    def test_a_short_token_is_refused_where_others_reach_it(self) -> None:
        url = "https://flowent.example.org"
        assert "can be guessed" in problems(host="0.0.0.0", public_url=url, token="short")[0]
        assert load(host="0.0.0.0", public_url=url, token="t" * 22).notices == ()

    def test_a_short_token_is_pointed_out_elsewhere(self) -> None:
        assert "can be guessed" in load(token="short").notices[0]

    def test_a_secret_that_others_can_read_in_the_file(self, machine: Path) -> None:
        file = toml(machine / "etc", f"token = '{'t' * 32}'\n")
        file.chmod(0o644)
        assert load(file=file).notices == (
            f"The configuration file {file} holds a secret that other users can read: run `chmod 600 {file}`.",
        )
        file.chmod(0o600)
        assert load(file=file).notices == ()

    def test_secrets_are_not_shown(self) -> None:
        config = load(token="token-that-nobody-sees-1", database_url="postgresql://u:password-nobody-sees@h/d")
        assert "nobody" not in repr(config) + config.model_dump_json()


class TestWorkDirectory:
    def test_the_home_is_replaced(self, machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(machine / "home")
        config = load()
        assert config.workdir == machine / "home" / "flowent"
        assert config.notices == (
            "The current directory is your home directory, so the work directory is "
            f"{machine / 'home' / 'flowent'} (--workdir names one).",
        )
        config.create_directories()
        assert config.workdir.is_dir()

    @pytest.mark.parametrize(
        ("directory", "reason"),
        [
            ("share", "contains Flowent's data directory"),
            ("share/flowent", "is Flowent's data directory"),
            ("share/flowent/logs", "lies within Flowent's data directory"),
            (".", "contains your home directory"),
            ("etc/flowent", "contains the file of Flowent's key"),
        ],
    )
    def test_a_directory_of_flowents_own_is_replaced_or_refused(
        self, machine: Path, monkeypatch: pytest.MonkeyPatch, directory: str, reason: str
    ) -> None:
        chosen = machine / directory
        chosen.mkdir(parents=True, exist_ok=True)
        monkeypatch.chdir(chosen)
        config = load()
        assert config.workdir == machine / "home" / "flowent"
        assert reason in config.notices[0]
        assert problems(workdir=chosen) == (
            f"The option --workdir names {chosen.resolve()}, which {reason}: the agent could read that. "
            "Name a project's directory.",
        )

    def test_a_link_to_the_home_does_not_help(self, machine: Path) -> None:
        link = machine / "project" / "link"
        link.symlink_to(machine / "home")
        assert "is your home directory" in problems(workdir=link)[0]

    def test_the_configuration_file_is_kept_from_the_agent(self, machine: Path) -> None:
        file = toml(machine / "project", "port = 7000\n")
        assert load(file=file).workdir == machine / "home" / "flowent"
        assert "contains the configuration file" in problems(file=file, workdir=machine / "project")[0]

    def test_a_project_beneath_the_home_is_fine(self, machine: Path) -> None:
        project = machine / "home" / "project"
        project.mkdir()
        assert load(workdir=project).workdir == project

    def test_one_that_is_not_there(self, machine: Path) -> None:
        missing = machine / "missing"
        assert problems(environ={"FLOWENT_WORKDIR": str(missing)}) == (
            f"The environment variable FLOWENT_WORKDIR names {missing}, which is not a directory. "
            f"Create it with `mkdir -p {missing}`, or name another.",
        )

    def test_no_replacement_is_left(self, machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(machine / "home")
        message = problems(data_dir=machine / "home" / "flowent" / "data")[0]
        assert "cannot take its place. Name a work directory with --workdir." in message

    def test_a_deleted_current_directory_is_replaced(self, machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        gone = machine / "gone"
        gone.mkdir()
        monkeypatch.chdir(gone)
        gone.rmdir()
        assert load().workdir == machine / "home" / "flowent"


class TestDirectories:
    def test_the_data_directory_is_private(self) -> None:
        config = load()
        config.create_directories()
        assert stat.S_IMODE(config.data_dir.stat().st_mode) == 0o700

    def test_an_empty_one_is_made_private(self, machine: Path) -> None:
        chosen = machine / "data"
        chosen.mkdir(mode=0o755)
        load(data_dir=chosen).create_directories()
        assert stat.S_IMODE(chosen.stat().st_mode) == 0o700

    def test_an_open_one_with_files_is_left_alone_and_refused(self, machine: Path) -> None:
        chosen = machine / "data"
        chosen.mkdir()
        chosen.chmod(0o755)
        (chosen / "file").touch()
        with pytest.raises(ConfigError, match=r"mode 0755.*chmod 700"):
            load(data_dir=chosen).create_directories()
        assert stat.S_IMODE(chosen.stat().st_mode) == 0o755

    def test_a_file_in_its_place(self, machine: Path) -> None:
        (machine / "data").touch()
        with pytest.raises(ConfigError, match="cannot be used: File exists"):
            load(data_dir=machine / "data").create_directories()

    def test_loading_writes_nothing(self, machine: Path) -> None:
        before = sorted(machine.rglob("*"))
        load()
        assert sorted(machine.rglob("*")) == before
