//! Settings from the environment; the names are a contract (see the README).

use aws_config::SdkConfig;
use sbw_queries::connect::{
    Defaults, Environment, Flags, SettingError, Settings, SslMode, Target, resolve,
};
use secrecy::SecretString;

use crate::{Limits, error::in_full};

/// The raw bucket when `RAW_BUCKET` is not set.
const DEFAULT_BUCKET: &str = "clickstream-s3-ingest";
/// The warehouse, where `DWH_*` says nothing.
const DEFAULTS: Defaults<'static> = Defaults {
    host: "localhost",
    user: "sbw_loader",
    dbname: "clickstream_dw",
};

/// A setting that is missing or cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A value that a variable does not take.
    #[error("{variable} cannot be {value:?}; use {expected}")]
    Value {
        /// The variable.
        variable: &'static str,
        /// Its value.
        value: String,
        /// What it takes.
        expected: &'static str,
    },
    /// Something in the connection's settings.
    #[error(transparent)]
    Connection(#[from] SettingError),
    /// The password's parameter cannot be read.
    #[error(
        "cannot read the SSM parameter {name:?} of DWH_PASSWORD_PARAMETER: {reason}; check its name, the role's ssm:GetParameter, and the route to the ssm endpoint"
    )]
    Parameter {
        /// Its name.
        name: String,
        /// What SSM said.
        reason: String,
    },
}

/// A lookup of environment variables; empty ones count as not set.
pub struct Env<F>(pub F);

impl<F: Fn(&str) -> Option<String>> Env<F> {
    fn get(&self, name: &str) -> Option<String> {
        (self.0)(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    /// The raw bucket.
    pub fn bucket(&self) -> String {
        self.get("RAW_BUCKET")
            .unwrap_or_else(|| DEFAULT_BUCKET.to_owned())
    }

    /// How large the disk of the warehouse's server is; none when nobody says.
    pub fn disk_bytes(&self) -> Result<Option<u64>, SettingsError> {
        let Some(text) = self.get("DWH_DISK_BYTES") else {
            return Ok(None);
        };
        bytes(&text).map(Some).ok_or(SettingsError::Value {
            variable: "DWH_DISK_BYTES",
            value: text,
            expected: "a number of bytes, or one of KiB, MiB, GiB or TiB such as 40GiB",
        })
    }

    /// The warehouse, as far as the environment alone says it: `DWH_*` first,
    /// then what libpq's own variables and files say. Its second part names the
    /// SSM parameter that holds the password, when one is needed.
    pub fn warehouse(
        &self,
        environment: &Environment,
    ) -> Result<(Target, Option<String>), SettingsError> {
        let port = self
            .get("DWH_PORT")
            .map(|text| {
                text.parse().map_err(|_| SettingsError::Value {
                    variable: "DWH_PORT",
                    value: text,
                    expected: "a port number",
                })
            })
            .transpose()?;
        let sslmode = self
            .get("DWH_SSLMODE")
            .map(|text| {
                text.parse::<SslMode>().map_err(|_| SettingsError::Value {
                    variable: "DWH_SSLMODE",
                    value: text,
                    expected: "disable, prefer, require, verify-ca or verify-full",
                })
            })
            .transpose()?;
        // A password may begin or end with a space.
        let password = (self.0)("DWH_PASSWORD").filter(|password| !password.is_empty());
        let parameter = match password {
            Some(_) => None,
            None => self.get("DWH_PASSWORD_PARAMETER"),
        };
        let settings = Settings {
            host: self.get("DWH_HOST"),
            port,
            user: self.get("DWH_USER"),
            password: password.map(SecretString::from),
            dbname: self.get("DWH_DATABASE"),
            sslmode,
            ..Settings::default()
        };
        let flags = Flags {
            url: None,
            settings,
        };
        let resolved = resolve(&flags, environment, &DEFAULTS)?;
        for warning in resolved.warnings {
            tracing::warn!("{warning}");
        }
        Ok((resolved.target, parameter))
    }
}

/// The warehouse that this process's environment names, its password fetched
/// from SSM when the environment says so.
pub async fn warehouse_of_process(aws: &SdkConfig) -> Result<Target, SettingsError> {
    let env = Env(|name: &str| std::env::var(name).ok());
    let (target, parameter) = env.warehouse(&Environment::of_process())?;
    match parameter {
        Some(name) => Ok(target.with_password(read_parameter(aws, name).await?)),
        None => Ok(target),
    }
}

/// A size in bytes, or with a unit.
fn bytes(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit: u64 = match text[digits.len()..].trim() {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return None,
    };
    let size = digits.parse::<u64>().ok()?.checked_mul(unit)?;
    (size > 0).then_some(size)
}

/// The limits that this process's environment sets.
pub fn limits_of_process() -> Result<Limits, SettingsError> {
    let env = Env(|name: &str| std::env::var(name).ok());
    Ok(Limits {
        disk_bytes: env.disk_bytes()?,
        ..Limits::default()
    })
}

/// The bucket that this process's environment names.
#[must_use]
pub fn bucket_of_process() -> String {
    Env(|name: &str| std::env::var(name).ok()).bucket()
}

async fn read_parameter(aws: &SdkConfig, name: String) -> Result<SecretString, SettingsError> {
    let answer = aws_sdk_ssm::Client::new(aws)
        .get_parameter()
        .name(&name)
        .with_decryption(true)
        .send()
        .await;
    let reason = match answer {
        Ok(answer) => match answer.parameter.and_then(|parameter| parameter.value) {
            Some(value) => return Ok(SecretString::from(value)),
            None => "it has no value".to_owned(),
        },
        Err(error) => in_full(&error),
    };
    Err(SettingsError::Parameter { name, reason })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use rstest::rstest;

    use super::*;

    fn env(
        variables: &'static [(&'static str, &'static str)],
    ) -> Env<impl Fn(&str) -> Option<String>> {
        Env(move |name: &str| {
            variables
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    fn target(variables: &'static [(&'static str, &'static str)]) -> (Target, Option<String>) {
        let nothing = Environment::new(Vec::<(String, String)>::new(), None);
        env(variables).warehouse(&nothing).unwrap()
    }

    #[test]
    fn an_empty_environment_means_the_platforms_names() {
        let (target, parameter) = target(&[("DWH_HOST", " ")]);
        assert_eq!(target.to_string(), "clickstream_dw@localhost:5432");
        assert_eq!(target.user, "sbw_loader");
        assert_eq!(target.sslmode, SslMode::Prefer);
        assert!(!target.has_password());
        assert_eq!(parameter, None);
        assert_eq!(env(&[]).bucket(), "clickstream-s3-ingest");
    }

    #[test]
    fn every_variable_counts() {
        let (target, _) = target(&[
            ("DWH_HOST", "10.0.128.7"),
            ("DWH_PORT", "5433"),
            ("DWH_USER", "etl"),
            ("DWH_PASSWORD", "secret-word"),
            ("DWH_DATABASE", "dw"),
            ("DWH_SSLMODE", "verify-full"),
        ]);
        assert_eq!(target.to_string(), "dw@10.0.128.7:5433");
        assert_eq!(
            (target.user.as_str(), target.sslmode),
            ("etl", SslMode::VerifyFull)
        );
        assert!(target.has_password());
        assert!(!format!("{target:?}").contains("secret-word"));
        assert_eq!(env(&[("RAW_BUCKET", "mine")]).bucket(), "mine");
    }

    #[test]
    fn a_parameter_is_read_only_without_a_password() {
        let (_, parameter) = target(&[("DWH_PASSWORD_PARAMETER", "/dw/loader")]);
        assert_eq!(parameter.as_deref(), Some("/dw/loader"));
        let (_, parameter) = target(&[
            ("DWH_PASSWORD", "x"),
            ("DWH_PASSWORD_PARAMETER", "/dw/loader"),
        ]);
        assert_eq!(parameter, None);
    }

    #[rstest]
    #[case("42949672960", Some(40 << 30))]
    #[case("40GiB", Some(40 << 30))]
    #[case("2 TiB", Some(2 << 40))]
    #[case("40", Some(40))]
    #[case("40 gigs", None)]
    #[case("GiB", None)]
    #[case("0", None)]
    #[case("99999999999TiB", None)]
    fn a_disk_has_a_size(#[case] text: &str, #[case] expected: Option<u64>) {
        assert_eq!(bytes(text), expected);
    }

    #[rstest]
    #[case(&[("DWH_PORT", "many")], "DWH_PORT")]
    #[case(&[("DWH_SSLMODE", "yes")], "DWH_SSLMODE")]
    #[case(&[("DWH_DISK_BYTES", "much")], "DWH_DISK_BYTES")]
    fn wrong_values_name_their_variable(
        #[case] variables: &'static [(&'static str, &'static str)],
        #[case] named: &str,
    ) {
        let nothing = Environment::new(Vec::<(String, String)>::new(), None);
        let error = match env(variables).warehouse(&nothing) {
            Err(error) => error,
            Ok(_) => env(variables).disk_bytes().unwrap_err(),
        };
        assert!(error.to_string().contains(named), "{error}");
    }
}
