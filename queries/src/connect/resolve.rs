//! Which source decides what: a flag, else the URL, else the service file, else
//! the environment, else the caller's default. As in libpq, a password file is
//! read only when none of them gives a password.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::client_certificate::ClientCertificate;
use super::keyword::{SettingError, Settings};
use super::passfile::{self, Key};
use super::target::{
    CONNECT_TIMEOUT, PasswordSource, RootCertificates, SslMode, Target, TlsVersions,
};
use super::{service, url};

/// What the command line says.
#[derive(Clone, Default)]
pub struct Flags {
    /// A `postgres://` URL.
    pub url: Option<String>,
    /// Single settings; they win over the URL. A `dbname` may itself be a URL, as in psql.
    pub settings: Settings,
}

/// What the surroundings say: `PG*` variables and where the home directory is.
#[derive(Clone, Default)]
pub struct Environment {
    variables: HashMap<String, String>,
    home: Option<PathBuf>,
}

/// What a program takes when nothing else says.
#[derive(Debug, Clone, Copy)]
pub struct Defaults<'a> {
    /// Server.
    pub host: &'a str,
    /// Role.
    pub user: &'a str,
    /// Database.
    pub dbname: &'a str,
}

/// A URL may hold a password, so it is not shown.
impl fmt::Debug for Flags {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.url.as_ref().map(|_| "…");
        out.debug_struct("Flags")
            .field("url", &url)
            .field("settings", &self.settings)
            .finish()
    }
}

impl Defaults<'static> {
    /// A dashboard's: the reader of the warehouse, through a tunnel to this machine.
    pub const DASHBOARD: Self = Self {
        host: "localhost",
        user: "sbw_reader",
        dbname: "clickstream_dw",
    };
}

/// Where to connect, and what a person should hear about how that was found.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// Where.
    pub target: Target,
    /// Files that were refused, say.
    pub warnings: Vec<String>,
}

impl Environment {
    /// These variables (only `PG*` matter) and this home.
    pub fn new<K: Into<String>, V: Into<String>>(
        variables: impl IntoIterator<Item = (K, V)>,
        home: Option<PathBuf>,
    ) -> Self {
        let variables = variables
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        Self { variables, home }
    }

    /// Those of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        let ours = std::env::vars_os()
            .filter_map(text)
            .filter(|(name, _)| name.starts_with("PG"));
        Self::new(
            ours,
            std::env::home_dir().filter(|home| !home.as_os_str().is_empty()),
        )
    }

    /// An empty variable is as good as none.
    fn var(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    fn in_home(&self, file: &str) -> Option<PathBuf> {
        self.home.as_deref().map(|home| home.join(file))
    }

    fn file_in_home(&self, file: &str) -> Option<PathBuf> {
        self.in_home(file).filter(|file| file.exists())
    }

    fn settings(&self) -> Result<Settings, SettingError> {
        let mut settings = Settings::default();
        for (variable, keyword) in VARIABLES {
            let Some(value) = self.var(variable) else {
                continue;
            };
            settings.set(keyword, value).map_err(|error| match error {
                SettingError::Keyword { keyword, advice } => SettingError::Variable {
                    variable,
                    keyword,
                    advice,
                },
                other => other,
            })?;
        }
        Ok(settings)
    }
}

/// All of libpq's, but those that only change how answers are written (`PGTZ`,
/// `PGDATESTYLE`) or planned (`PGGEQO`).
const VARIABLES: [(&str, &str); 37] = [
    ("PGHOST", "host"),
    ("PGHOSTADDR", "hostaddr"),
    ("PGPORT", "port"),
    ("PGUSER", "user"),
    ("PGPASSWORD", "password"),
    ("PGDATABASE", "dbname"),
    ("PGSSLMODE", "sslmode"),
    ("PGREQUIRESSL", "requiressl"),
    ("PGSSLNEGOTIATION", "sslnegotiation"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGSSLCRL", "sslcrl"),
    ("PGSSLCRLDIR", "sslcrldir"),
    ("PGSSLCERT", "sslcert"),
    ("PGSSLKEY", "sslkey"),
    ("PGSSLCERTMODE", "sslcertmode"),
    ("PGSSLMINPROTOCOLVERSION", "ssl_min_protocol_version"),
    ("PGSSLMAXPROTOCOLVERSION", "ssl_max_protocol_version"),
    ("PGSSLSNI", "sslsni"),
    ("PGSSLCOMPRESSION", "sslcompression"),
    ("PGCHANNELBINDING", "channel_binding"),
    ("PGREQUIREAUTH", "require_auth"),
    ("PGREQUIREPEER", "requirepeer"),
    ("PGGSSENCMODE", "gssencmode"),
    ("PGKRBSRVNAME", "krbsrvname"),
    ("PGGSSLIB", "gsslib"),
    ("PGGSSDELEGATION", "gssdelegation"),
    ("PGMINPROTOCOLVERSION", "min_protocol_version"),
    ("PGMAXPROTOCOLVERSION", "max_protocol_version"),
    ("PGTARGETSESSIONATTRS", "target_session_attrs"),
    ("PGLOADBALANCEHOSTS", "load_balance_hosts"),
    ("PGOPTIONS", "options"),
    ("PGAPPNAME", "application_name"),
    ("PGCLIENTENCODING", "client_encoding"),
    ("PGCONNECT_TIMEOUT", "connect_timeout"),
    ("PGPASSFILE", "passfile"),
    ("PGSERVICE", "service"),
    ("PGSERVICEFILE", "servicefile"),
];

/// Where to connect, all sources taken together.
pub fn resolve(
    flags: &Flags,
    environment: &Environment,
    defaults: &Defaults<'_>,
) -> Result<Resolved, SettingError> {
    let mut given = flags.settings.clone();
    let dbname_url = given.dbname.take_if(|dbname| url::is_url(dbname));
    let url = match flags.url.as_ref().or(dbname_url.as_ref()) {
        Some(text) => url::parse(text)?,
        None => Settings::default(),
    };
    let variables = environment.settings()?;
    let service = service_settings(&given, &url, &variables, environment)?;

    let password = [
        (&given, PasswordSource::Given),
        (&url, PasswordSource::Url),
        (&service, PasswordSource::Service),
        (&variables, PasswordSource::Environment),
    ]
    .into_iter()
    .find_map(|(settings, source)| Some((settings.password.clone()?, source)));

    let settings = given.or(url).or(service).or(variables);
    let passfile = settings
        .passfile
        .clone()
        .or_else(|| environment.in_home(".pgpass"));
    let (sslmode, roots) = safety(&settings, environment)?;
    let tls_versions = tls_versions(&settings)?;
    let client_certificate = client_certificate(&settings, environment);
    let crl = settings.sslcrl.clone();
    let crl = crl.or_else(|| environment.file_in_home(".postgresql/root.crl"));
    let direct_tls = settings.sslnegotiation.unwrap_or(false);
    if direct_tls && matches!(sslmode, SslMode::Disable | SslMode::Prefer) {
        return Err(SettingError::Value {
            keyword: "sslmode".to_owned(),
            value: sslmode.as_str().to_owned(),
            expected: "require, verify-ca or verify-full with sslnegotiation=direct",
        });
    }
    let mut target = Target {
        // An address without a name is its own name.
        host: settings
            .host
            .or_else(|| settings.hostaddr.map(|address| address.to_string()))
            .unwrap_or_else(|| defaults.host.to_owned()),
        hostaddr: settings.hostaddr,
        port: settings.port.unwrap_or(5432),
        user: settings.user.unwrap_or_else(|| defaults.user.to_owned()),
        dbname: settings
            .dbname
            .unwrap_or_else(|| defaults.dbname.to_owned()),
        sslmode,
        roots,
        crl,
        client_certificate,
        tls_versions,
        direct_tls,
        sni: settings.sslsni.unwrap_or(true),
        role: settings.target_session_attrs.unwrap_or_default(),
        options: settings.options,
        channel_binding: settings.channel_binding.unwrap_or_default(),
        connect_timeout: settings.connect_timeout.unwrap_or(Some(CONNECT_TIMEOUT)),
        password,
    };
    let mut warnings = Vec::new();
    if let (None, Some(file)) = (&target.password, passfile) {
        match passfile::find(&file, passfile_key(&target)) {
            Ok(password) => target.password = password.map(|p| (p, PasswordSource::Passfile(file))),
            Err(warning) => warnings.push(warning),
        }
    }
    Ok(Resolved { target, warnings })
}

fn service_settings(
    given: &Settings,
    url: &Settings,
    variables: &Settings,
    environment: &Environment,
) -> Result<Settings, SettingError> {
    let first = [given, url, variables];
    let Some(name) = first
        .iter()
        .find_map(|settings| settings.service.as_deref())
    else {
        return Ok(Settings::default());
    };
    let named = first
        .iter()
        .find_map(|settings| settings.servicefile.as_deref());
    let shared = environment
        .var("PGSYSCONFDIR")
        .unwrap_or("/etc/postgresql-common");
    let mut usual = vec![Path::new(shared).join("pg_service.conf")];
    if named.is_none() {
        usual.splice(0..0, environment.in_home(".pg_service.conf"));
    }
    service::load(name, named, &usual)
}

/// The mode, and the roots it may use. Trusting the whole system's roots is only
/// worth something when the name is checked too.
fn safety(
    settings: &Settings,
    environment: &Environment,
) -> Result<(SslMode, Option<RootCertificates>), SettingError> {
    if settings.sslrootcert == Some(RootCertificates::System) {
        return match settings.sslmode {
            None | Some(SslMode::VerifyFull) => {
                Ok((SslMode::VerifyFull, Some(RootCertificates::System)))
            }
            Some(weak) => Err(SettingError::Value {
                keyword: "sslmode".to_owned(),
                value: weak.as_str().to_owned(),
                expected: "verify-full with sslrootcert=system",
            }),
        };
    }
    let mode = settings.sslmode.unwrap_or_default();
    let own = || environment.file_in_home(".postgresql/root.crt");
    let roots = settings
        .sslrootcert
        .clone()
        .or_else(|| own().map(RootCertificates::File));
    let verified = matches!(mode, SslMode::VerifyCa | SslMode::VerifyFull);
    Ok((
        mode,
        roots.or_else(|| verified.then_some(RootCertificates::System)),
    ))
}

fn tls_versions(settings: &Settings) -> Result<TlsVersions, SettingError> {
    let (oldest, newest) = (
        settings.ssl_min_protocol_version,
        settings.ssl_max_protocol_version,
    );
    TlsVersions::between(oldest, newest).ok_or_else(|| SettingError::Value {
        keyword: "ssl_max_protocol_version".to_owned(),
        value: newest.map_or_else(String::new, |version| version.as_str().to_owned()),
        expected: "TLSv1.2 or TLSv1.3, and nothing below ssl_min_protocol_version",
    })
}

/// The certificate that is named or lies in the home directory. One that is named
/// must be there, as must the key of either.
fn client_certificate(settings: &Settings, environment: &Environment) -> Option<ClientCertificate> {
    if settings.sslcertmode == Some(false) {
        return None;
    }
    let certificate = settings.sslcert.clone();
    let certificate =
        certificate.or_else(|| environment.file_in_home(".postgresql/postgresql.crt"))?;
    let key = settings.sslkey.clone();
    let key = key.or_else(|| environment.in_home(".postgresql/postgresql.key"));
    let key = key.unwrap_or_else(|| PathBuf::from("postgresql.key"));
    Some(ClientCertificate { certificate, key })
}

/// libpq calls the usual socket directory `localhost` in password files.
fn passfile_key(target: &Target) -> Key<'_> {
    let host = match target.host.as_str() {
        "/tmp" | "/var/run/postgresql" | "/run/postgresql" => "localhost",
        host => host,
    };
    Key {
        host,
        port: target.port,
        dbname: &target.dbname,
        user: &target.user,
    }
}
