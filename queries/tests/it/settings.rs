//! Which source decides what, as a table.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use rstest::rstest;
use sbw_queries::connect::{
    Defaults, Environment, Flags, PasswordSource, Resolved, RootCertificates, SettingError,
    Settings, SslMode, resolve,
};
use tempfile::TempDir;

/// A home directory with these files; `0` before a name makes it private.
fn home(files: &[(&str, &str)]) -> TempDir {
    let home = TempDir::new().unwrap();
    for (name, text) in files {
        let path = home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    home
}

fn environment(home: &Path, variables: &[(&str, &str)]) -> Environment {
    let shared = home.join("shared");
    let variables = variables
        .iter()
        .map(|(n, v)| (*n, v.replace('~', home.to_str().unwrap())));
    let variables = [("PGSYSCONFDIR", shared.to_str().unwrap().to_owned())]
        .into_iter()
        .chain(variables);
    Environment::new(variables, Some(home.to_owned()))
}

fn found(flags: &Flags, home: &Path, variables: &[(&str, &str)]) -> Result<Resolved, SettingError> {
    resolve(flags, &environment(home, variables), &Defaults::DASHBOARD)
}

fn flags(url: Option<&str>) -> Flags {
    Flags {
        url: url.map(str::to_owned),
        ..Flags::default()
    }
}

/// `user@host:port/dbname sslmode`, and where the password came from.
fn shown(resolved: &Resolved) -> (String, Option<&PasswordSource>) {
    let t = &resolved.target;
    (
        format!(
            "{}@{}:{}/{} {}",
            t.user,
            t.host,
            t.port,
            t.dbname,
            t.sslmode.as_str()
        ),
        t.password_source(),
    )
}

const SERVICES: &str = "
# ours
[other]
host=other

[dw]
host = service-host
port=6000
user=service-user
dbname=service-db
password=service-secret
host=too-late
[dw]
port=1
";

#[rstest]
#[case::defaults(None, &[], "sbw_reader@localhost:5432/clickstream_dw prefer", None)]
#[case::environment(
    None,
    &[("PGHOST", "env-host"), ("PGPORT", "5433"), ("PGUSER", "env-user"), ("PGDATABASE", "env-db"), ("PGSSLMODE", "require"), ("PGPASSWORD", "x")],
    "env-user@env-host:5433/env-db require",
    Some(PasswordSource::Environment)
)]
#[case::empty_variables_say_nothing(
    None,
    &[("PGHOST", ""), ("PGPORT", ""), ("PGPASSWORD", "")],
    "sbw_reader@localhost:5432/clickstream_dw prefer",
    None
)]
#[case::service_over_environment(
    None,
    &[("PGSERVICE", "dw"), ("PGHOST", "env-host"), ("PGSSLMODE", "disable"), ("PGPASSWORD", "x")],
    "service-user@service-host:6000/service-db disable",
    Some(PasswordSource::Service)
)]
#[case::url_over_service(
    Some("postgres://url-user:s%40crt@url-host/url-db?sslmode=require&service=dw"),
    &[("PGHOST", "env-host")],
    "url-user@url-host:6000/url-db require",
    Some(PasswordSource::Url)
)]
#[case::a_url_of_nothing(Some("postgres://"), &[("PGHOST", "env-host")], "sbw_reader@env-host:5432/clickstream_dw prefer", None)]
#[case::the_other_scheme(Some("postgresql://h/d"), &[], "sbw_reader@h:5432/d prefer", None)]
#[case::user_alone(Some("postgres://u@"), &[], "u@localhost:5432/clickstream_dw prefer", None)]
#[case::port_alone(Some("postgres://:99"), &[], "sbw_reader@localhost:99/clickstream_dw prefer", None)]
#[case::ipv6(Some("postgres://[::1]:99/d"), &[], "sbw_reader@::1:99/d prefer", None)]
#[case::socket(Some("postgres://%2Frun%2Fpg/d"), &[], "sbw_reader@/run/pg:5432/d prefer", None)]
#[case::query_over_address(Some("postgres://a:1/d?host=b&port=2"), &[], "sbw_reader@b:2/d prefer", None)]
#[case::jdbc(Some("postgres://h/d?ssl=true"), &[], "sbw_reader@h:5432/d require", None)]
#[case::at_sign_in_user(Some("postgres://a%40b:p@h"), &[], "a@b@h:5432/clickstream_dw prefer", Some(PasswordSource::Url))]
#[case::older_than_sslmode(None, &[("PGREQUIRESSL", "1")], "sbw_reader@localhost:5432/clickstream_dw require", None)]
#[case::newer_than_requiressl(None, &[("PGREQUIRESSL", "1"), ("PGSSLMODE", "disable")], "sbw_reader@localhost:5432/clickstream_dw disable", None)]
#[case::harmless_keywords(
    Some("postgres://h/d?application_name=x&keepalives=0&gssencmode=prefer&target_session_attrs=any&sslcompression=1&gssdelegation=0"),
    &[("PGAPPNAME", "x"), ("PGCLIENTENCODING", "LATIN1"), ("PGKRBSRVNAME", "x"), ("PGTZ", "Asia/Tokyo"), ("PGDATESTYLE", "German"), ("PGGEQO", "off")],
    "sbw_reader@h:5432/d prefer",
    None
)]
fn sources_have_an_order(
    #[case] url: Option<&str>,
    #[case] variables: &[(&str, &str)],
    #[case] expected: &str,
    #[case] password: Option<PasswordSource>,
) {
    let home = home(&[(".pg_service.conf", SERVICES)]);
    let resolved = found(&flags(url), home.path(), variables).unwrap();
    assert_eq!(shown(&resolved), (expected.to_owned(), password.as_ref()));
    assert_eq!(resolved.warnings, [""; 0]);
}

#[test]
fn flags_win_over_everything() {
    let home = home(&[(".pg_service.conf", SERVICES)]);
    let flags = Flags {
        url: Some("postgres://url-user@url-host:1/url-db?sslmode=disable&service=dw".to_owned()),
        settings: Settings {
            host: Some("flag-host".to_owned()),
            port: Some(7),
            sslmode: Some(SslMode::Require),
            ..Settings::default()
        },
    };
    let resolved = found(&flags, home.path(), &[("PGUSER", "env-user")]).unwrap();
    assert_eq!(shown(&resolved).0, "url-user@flag-host:7/url-db require");
}

#[test]
fn a_database_name_may_be_a_url() {
    let home = home(&[]);
    let settings = Settings {
        dbname: Some("postgres://u@h:1/d".to_owned()),
        user: Some("flag".to_owned()),
        ..Settings::default()
    };
    let resolved = found(
        &Flags {
            url: None,
            settings,
        },
        home.path(),
        &[],
    )
    .unwrap();
    assert_eq!(shown(&resolved).0, "flag@h:1/d prefer");
    assert_eq!(resolved.target.to_string(), "d@h:1");
}

#[test]
fn an_address_leaves_the_name_to_the_certificate() {
    let home = home(&[]);
    let variables = [("PGHOSTADDR", "127.0.0.1"), ("PGHOST", "dw.internal")];
    let target = found(&flags(None), home.path(), &variables).unwrap().target;
    assert_eq!(
        (target.host.as_str(), target.hostaddr),
        ("dw.internal", "127.0.0.1".parse().ok())
    );
    let target = found(&flags(None), home.path(), &variables[..1])
        .unwrap()
        .target;
    assert_eq!(target.host, "127.0.0.1");
}

#[rstest]
#[case("20", Some(Duration::from_secs(20)))]
#[case("1", Some(Duration::from_secs(2)))]
#[case("0", None)]
#[case("-1", None)]
#[case("", Some(Duration::from_secs(10)))]
fn time_to_connect_is_counted_as_libpq_does(
    #[case] value: &str,
    #[case] expected: Option<Duration>,
) {
    let home = home(&[]);
    let target = found(&flags(None), home.path(), &[("PGCONNECT_TIMEOUT", value)])
        .unwrap()
        .target;
    assert_eq!(target.connect_timeout, expected);
}

#[rstest]
#[case::mode(None, &[("PGSSLMODE", "allow")], "sslmode cannot be \"allow\"; use disable, prefer, require, verify-ca or verify-full")]
#[case::port(None, &[("PGPORT", "0")], "port cannot be \"0\"; use a number from 1 to 65535")]
#[case::address(None, &[("PGHOSTADDR", "localhost")], "hostaddr cannot be \"localhost\"; use an IP address")]
#[case::hosts(None, &[("PGHOST", "a,b")], "host cannot be \"a,b\"; use one host")]
#[case::url_hosts(Some("postgres://a,b/d"), &[], "the connection URL is malformed: it names several hosts, and one is supported; write postgres://user@host:port/dbname")]
#[case::url(Some("mysql://h"), &[], "the connection URL is malformed: it does not start with postgres://; write postgres://user@host:port/dbname")]
#[case::url_port(Some("postgres://h:no/d"), &[], "port cannot be \"no\"; use a number from 1 to 65535")]
#[case::url_percent(Some("postgres://h%g1"), &[], "the connection URL is malformed: a % is not followed by two hexadecimal digits; write postgres://user@host:port/dbname")]
#[case::url_percent_sign(Some("postgres://h%+1"), &[], "the connection URL is malformed: a % is not followed by two hexadecimal digits; write postgres://user@host:port/dbname")]
#[case::keyword(Some("postgres://h?replication=true"), &[], "the connection setting \"replication\" is not supported; remove it")]
#[case::keyword_with_advice(Some("postgres://h?requirepeer=postgres"), &[], "the connection setting \"requirepeer\" is not supported; remove it; with TLS, sslmode=verify-full says who the server is")]
#[case::require_auth(None, &[("PGREQUIREAUTH", "scram-sha-256")], "PGREQUIREAUTH is set, and \"require_auth\" is not supported; remove it; with TLS, channel_binding=require lets nothing but SCRAM through")]
#[case::gssencmode(None, &[("PGGSSENCMODE", "require")], "PGGSSENCMODE is set, and \"gssencmode\" is not supported; remove it, and ask for TLS with sslmode")]
#[case::crl_directory(None, &[("PGSSLCRLDIR", "x")], "PGSSLCRLDIR is set, and \"sslcrldir\" is not supported; put its lists into one file and name that with sslcrl")]
#[case::shown_certificate(None, &[("PGSSLCERTMODE", "require")], "PGSSLCERTMODE is set, and \"sslcertmode\" is not supported; remove it: a certificate that is there is shown when the server asks")]
#[case::key_password(Some("postgres://h?sslpassword=x"), &[], "the connection setting \"sslpassword\" is not supported; remove it, and write the key without a password with `openssl pkey`")]
#[case::peer(None, &[("PGREQUIREPEER", "x")], "PGREQUIREPEER is set, and \"requirepeer\" is not supported; remove it; with TLS, sslmode=verify-full says who the server is")]
#[case::delegation(None, &[("PGGSSDELEGATION", "1")], "PGGSSDELEGATION is set, and \"gssdelegation\" is not supported; remove it")]
#[case::newer_protocol(None, &[("PGMINPROTOCOLVERSION", "3.2")], "PGMINPROTOCOLVERSION is set, and \"min_protocol_version\" is not supported; remove it")]
#[case::load_balance(None, &[("PGLOADBALANCEHOSTS", "random")], "PGLOADBALANCEHOSTS is set, and \"load_balance_hosts\" is not supported; remove it")]
#[case::abstract_socket(None, &[("PGHOST", "@pg")], "host cannot be \"@pg\"; use a name, an address, or the directory of a socket")]
#[case::role(Some("postgres://h?target_session_attrs=leader"), &[], "target_session_attrs cannot be \"leader\"; use any, read-write, read-only, primary, standby or prefer-standby")]
#[case::old_tls(None, &[("PGSSLMAXPROTOCOLVERSION", "TLSv1.1")], "ssl_max_protocol_version cannot be \"TLSv1.1\"; use TLSv1.2 or TLSv1.3, and nothing below ssl_min_protocol_version")]
#[case::no_tls_left(None, &[("PGSSLMINPROTOCOLVERSION", "TLSv1.3"), ("PGSSLMAXPROTOCOLVERSION", "tlsv1.2")], "ssl_max_protocol_version cannot be \"TLSv1.2\"; use TLSv1.2 or TLSv1.3, and nothing below ssl_min_protocol_version")]
#[case::no_version(None, &[("PGSSLMINPROTOCOLVERSION", "SSLv3")], "ssl_min_protocol_version cannot be \"SSLv3\"; use TLSv1.2 or TLSv1.3")]
#[case::direct_and_plain(Some("postgres://h?sslnegotiation=direct"), &[], "sslmode cannot be \"prefer\"; use require, verify-ca or verify-full with sslnegotiation=direct")]
#[case::negotiation(None, &[("PGSSLNEGOTIATION", "later")], "PGSSLNEGOTIATION is set, and \"sslnegotiation\" is not supported; remove it")]
#[case::system_roots(Some("postgres://h?sslrootcert=system&sslmode=require"), &[], "sslmode cannot be \"require\"; use verify-full with sslrootcert=system")]
#[case::no_service(None, &[("PGSERVICE", "gone")], "no service file has a section [gone]; looked in ~/.pg_service.conf, ~/shared/pg_service.conf")]
#[case::no_service_file(None, &[("PGSERVICE", "dw"), ("PGSERVICEFILE", "~/none")], "cannot read the service file ~/none")]
#[case::service_line(None, &[("PGSERVICE", "bad")], "~/.pg_service.conf, line 3: expected keyword=value")]
#[case::service_value(None, &[("PGSERVICE", "worse")], "~/.pg_service.conf, line 6: port cannot be \"x\"; use a number from 1 to 65535")]
#[case::service_nested(None, &[("PGSERVICE", "nested")], "~/.pg_service.conf, line 8: a service cannot name another service")]
fn what_cannot_be_used_is_explained(
    #[case] url: Option<&str>,
    #[case] variables: &[(&str, &str)],
    #[case] expected: &str,
) {
    let home = home(&[
        (
            ".pg_service.conf",
            "[bad]\nhost=h\nnonsense\n[worse]\n\nport=x\n[nested]\nservice=dw\n",
        ),
        ("shared/pg_service.conf", "[shared]\nhost=shared-host\n"),
    ]);
    let error = found(&flags(url), home.path(), variables).unwrap_err();
    assert_eq!(
        error
            .to_string()
            .replace(home.path().to_str().unwrap(), "~"),
        expected
    );
}

/// What of a target the environment decides beside where it is.
#[rstest]
#[case::usual(&[], "", "None None Any false true Any None")]
#[case::named(
    &[("PGSSLCERT", "~/c"), ("PGSSLKEY", "~/k"), ("PGSSLCRL", "~/r"), ("PGSSLMINPROTOCOLVERSION", "TLSv1.3"), ("PGSSLSNI", "0"), ("PGTARGETSESSIONATTRS", "standby"), ("PGOPTIONS", "-c geqo=off")],
    "",
    "Some(~/c ~/k) Some(\"~/r\") Only13 false false Standby Some(\"-c geqo=off\")"
)]
#[case::at_home(&[], "crt key crl", "Some(~/.postgresql/postgresql.crt ~/.postgresql/postgresql.key) Some(\"~/.postgresql/root.crl\") Any false true Any None")]
#[case::at_home_and_not_shown(&[("PGSSLCERTMODE", "disable")], "crt key", "None None Any false true Any None")]
#[case::at_home_and_shown(&[("PGSSLCERTMODE", "allow")], "crt", "Some(~/.postgresql/postgresql.crt ~/.postgresql/postgresql.key) None Any false true Any None")]
#[case::direct(&[("PGSSLNEGOTIATION", "direct"), ("PGSSLMODE", "require")], "", "None None Any true true Any None")]
#[case::asked_first(&[("PGSSLNEGOTIATION", "postgres"), ("PGSSLMAXPROTOCOLVERSION", "TLSv1.2")], "", "None None Only12 false true Any None")]
#[case::primary(&[("PGTARGETSESSIONATTRS", "read-write")], "", "None None Any false true Primary None")]
#[case::either(&[("PGTARGETSESSIONATTRS", "prefer-standby"), ("PGMINPROTOCOLVERSION", "3.0"), ("PGMAXPROTOCOLVERSION", "latest")], "", "None None Any false true Any None")]
fn the_environment_makes_a_connection_safer(
    #[case] variables: &[(&str, &str)],
    #[case] files: &str,
    #[case] expected: &str,
) {
    let names = [
        ("crt", ".postgresql/postgresql.crt"),
        ("key", ".postgresql/postgresql.key"),
        ("crl", ".postgresql/root.crl"),
    ];
    let files = files.split_whitespace().filter_map(|file| {
        let name = names.iter().find(|(name, _)| *name == file)?;
        Some((name.1, ""))
    });
    let home = home(&files.collect::<Vec<_>>());
    let t = found(&flags(None), home.path(), variables).unwrap().target;
    let certificate = t.client_certificate.as_ref().map_or_else(
        || "None".to_owned(),
        |c| format!("Some({} {})", c.certificate.display(), c.key.display()),
    );
    let shown = format!(
        "{certificate} {:?} {:?} {} {} {:?} {:?}",
        t.crl, t.tls_versions, t.direct_tls, t.sni, t.role, t.options
    );
    assert_eq!(shown.replace(home.path().to_str().unwrap(), "~"), expected);
}

#[test]
fn a_service_may_be_the_whole_machines() {
    let home = home(&[
        ("shared/pg_service.conf", "[shared]\nhost=shared-host\n"),
        ("mine", "[own]\nport=9\n"),
    ]);
    let resolved = found(&flags(None), home.path(), &[("PGSERVICE", "shared")]).unwrap();
    assert_eq!(resolved.target.host, "shared-host");
    // A file named on purpose takes the place of the one at home, not of the machine's.
    let named = [("PGSERVICE", "shared"), ("PGSERVICEFILE", "~/mine")];
    assert_eq!(
        found(&flags(None), home.path(), &named)
            .unwrap()
            .target
            .host,
        "shared-host"
    );
    let named = [("PGSERVICE", "own"), ("PGSERVICEFILE", "~/mine")];
    assert_eq!(
        found(&flags(None), home.path(), &named)
            .unwrap()
            .target
            .port,
        9
    );
}

#[rstest]
#[case::exact("h:1:d:u:secret", Some("secret"))]
#[case::first_fit_wins("x:1:d:u:no\nh:*:*:u:first\nh:1:d:u:second", Some("first"))]
#[case::stars("*:*:*:*:secret", Some("secret"))]
#[case::comment("#h:1:d:u:no\nh:1:d:u:yes", Some("yes"))]
#[case::escapes("h:1:d:u:se\\:c\\\\ret", Some("se:c\\ret"))]
#[case::escaped_star("\\*:1:d:u:secret", None)]
#[case::colon_ends_it("h:1:d:u:secret:more", Some("secret"))]
#[case::other_port("h:2:d:u:secret", None)]
#[case::other_user("h:1:d:U:secret", None)]
#[case::too_short("h:1:d:secret", None)]
#[case::empty_password("h:1:d:u:\nh:1:d:u:next", Some("next"))]
#[case::windows_line_ends("h:1:d:u:secret\r\n", Some("secret"))]
#[case::spaces_are_part_of_it("h:1:d:u: secret ", Some(" secret "))]
fn password_files_are_read_as_libpq_does(#[case] lines: &str, #[case] expected: Option<&str>) {
    use secrecy::ExposeSecret;
    let home = home(&[(".pgpass", lines)]);
    let resolved = found(&flags(Some("postgres://u@h:1/d")), home.path(), &[]).unwrap();
    assert_eq!(
        resolved.target.password().map(ExposeSecret::expose_secret),
        expected
    );
    let file = home.path().join(".pgpass");
    let source = expected.map(|_| PasswordSource::Passfile(file));
    assert_eq!(resolved.target.password_source(), source.as_ref());
    assert_eq!(resolved.warnings, [""; 0]);
}

#[rstest]
#[case("postgres://u@%2Fvar%2Frun%2Fpostgresql/d", "localhost")]
#[case("postgres://u@%2Fsomewhere/d", "/somewhere")]
#[case("postgres://u@/d?hostaddr=127.0.0.1", "127.0.0.1")]
#[case("postgres://u@name/d?hostaddr=127.0.0.1", "name")]
fn password_files_name_hosts_as_libpq_does(#[case] url: &str, #[case] name: &str) {
    let home = home(&[(".pgpass", &format!("{name}:5432:d:u:secret"))]);
    assert!(
        found(&flags(Some(url)), home.path(), &[])
            .unwrap()
            .target
            .has_password()
    );
}

#[rstest]
#[case(0o600, true)]
#[case(0o400, true)]
#[case(0o640, false)]
#[case(0o604, false)]
#[case(0o660, false)]
#[case(0o622, false)]
fn a_password_file_that_others_may_touch_is_not_read(#[case] mode: u32, #[case] read: bool) {
    let home = home(&[("pass", "*:*:*:*:secret")]);
    fs::set_permissions(home.path().join("pass"), fs::Permissions::from_mode(mode)).unwrap();
    let resolved = found(&flags(None), home.path(), &[("PGPASSFILE", "~/pass")]).unwrap();
    assert_eq!(resolved.target.has_password(), read);
    assert_eq!(resolved.warnings.len(), usize::from(!read));
    assert!(
        resolved
            .warnings
            .iter()
            .all(|warning| warning.contains("chmod 600"))
    );
}

#[test]
fn a_password_file_that_is_none_is_not_read() {
    let home = home(&[("pass/inside", "")]);
    let resolved = found(&flags(None), home.path(), &[("PGPASSFILE", "~/pass")]).unwrap();
    assert!(
        resolved.warnings[0].ends_with("it is not a plain file"),
        "{:?}",
        resolved.warnings
    );
    let resolved = found(&flags(None), home.path(), &[("PGPASSFILE", "~/none")]).unwrap();
    assert_eq!(resolved.warnings, [""; 0]);
}

#[test]
fn a_known_password_leaves_the_file_unread() {
    let home = home(&[(".pgpass", "*:*:*:*:secret")]);
    fs::set_permissions(
        home.path().join(".pgpass"),
        fs::Permissions::from_mode(0o644),
    )
    .unwrap();
    let resolved = found(&flags(None), home.path(), &[("PGPASSWORD", "x")]).unwrap();
    assert_eq!(resolved.warnings, [""; 0]);
}

#[rstest]
#[case::nothing_to_check("prefer", &[], "", None)]
#[case::at_home("require", &[".postgresql/root.crt"], "", Some("~/.postgresql/root.crt"))]
#[case::named("verify-ca", &[".postgresql/root.crt"], "~/mine.crt", Some("~/mine.crt"))]
#[case::the_systems("verify-full", &[], "", Some("system"))]
#[case::the_systems_by_name("verify-full", &[".postgresql/root.crt"], "system", Some("system"))]
#[case::the_systems_by_name_alone("", &[".postgresql/root.crt"], "system", Some("system"))]
fn roots_come_from_somewhere(
    #[case] mode: &str,
    #[case] files: &[&str],
    #[case] named: &str,
    #[case] expected: Option<&str>,
) {
    let files: Vec<_> = files.iter().map(|file| (*file, "")).collect();
    let home = home(&files);
    let target = found(
        &flags(None),
        home.path(),
        &[("PGSSLMODE", mode), ("PGSSLROOTCERT", named)],
    )
    .unwrap()
    .target;
    let roots = target.roots.map(|roots| match roots {
        RootCertificates::System => "system".to_owned(),
        RootCertificates::File(file) => file
            .to_str()
            .unwrap()
            .replace(home.path().to_str().unwrap(), "~"),
    });
    assert_eq!(roots.as_deref(), expected);
    assert!(!mode.is_empty() || target.sslmode == SslMode::VerifyFull);
}

#[test]
fn no_secret_is_ever_shown() {
    let home = home(&[]);
    let flags = flags(Some("postgres://u:hunter2@h/d?password=hunter2"));
    let resolved = found(&flags, home.path(), &[("PGPASSWORD", "hunter2")]).unwrap();
    assert!(resolved.target.has_password());
    assert!(!format!("{flags:?} {resolved:?} {}", resolved.target).contains("hunter2"));
    for bad in [
        "postgres://u:hunter2@[h/d",
        "postgres://u:hunter2@h/d?x",
        "postgres://u:hunter2%@h",
    ] {
        let bad = Flags {
            url: Some(bad.to_owned()),
            ..Flags::default()
        };
        let error = found(&bad, home.path(), &[]).unwrap_err();
        assert!(!format!("{error:?} {error}").contains("hunter2"));
    }
}
