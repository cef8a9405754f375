//! A bucket, a warehouse, and a loader between them.

use std::{collections::BTreeMap, process::Command, time::Duration};

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use bytes::Bytes;
use futures::{StreamExt, stream};
use sbw_etl::{Deadline, Etl, EtlError, RunReport, RunRequest, Scope, Trigger};
use sbw_queries::connect::{SessionOptions, SslMode, Target, connect};
use sbw_servers::{
    postgres::Postgres,
    s3::{S3Options, S3Server},
};
use secrecy::ExposeSecret;
use serde_json::Value;
use tokio::time::Instant;
use tokio_postgres::{Client, types::FromSqlOwned};

pub(crate) const BUCKET: &str = "clickstream-s3-ingest";
const DATABASE: &str = "clickstream_dw";
const SHOP: &str = "clickstream_web";

/// Everything a run needs; goes away when dropped.
pub(crate) struct Platform {
    pub(crate) postgres: Postgres,
    pub(crate) s3: S3Server,
}

impl Platform {
    /// An empty bucket and a migrated, empty warehouse.
    pub(crate) async fn start() -> Self {
        let platform = Self::unmigrated().await;
        platform.migrate().await;
        platform
    }

    /// The same before `migrate`.
    pub(crate) async fn unmigrated() -> Self {
        let options = S3Options {
            buckets: vec![BUCKET.into()],
            ..S3Options::default()
        };
        let s3 = S3Server::start(options).await.unwrap();
        let postgres = tokio::task::spawn_blocking(Postgres::start)
            .await
            .unwrap()
            .unwrap();
        let platform = Self { postgres, s3 };
        let client = platform.connect("postgres", "postgres").await;
        client
            .batch_execute(&format!("create database {DATABASE}"))
            .await
            .unwrap();
        platform
    }

    pub(crate) async fn migrate(&self) {
        let mut client = self.connect("postgres", DATABASE).await;
        sbw_queries::migrate::migrate(&mut client).await.unwrap();
    }

    fn target(&self, user: &str, database: &str) -> Target {
        let mut target = Target::new("127.0.0.1", self.postgres.port(), user, database);
        target.sslmode = SslMode::Disable;
        target
    }

    async fn connect(&self, user: &str, database: &str) -> Client {
        let options = SessionOptions::writer("test");
        connect(&self.target(user, database), &options)
            .await
            .unwrap()
            .client
    }

    /// A superuser in the warehouse.
    pub(crate) async fn admin(&self) -> Client {
        self.connect("postgres", DATABASE).await
    }

    /// Creates a shop without orders on the warehouse's server; returns a superuser's connection to it.
    pub(crate) async fn create_shop(&self) -> Client {
        self.admin()
            .await
            .batch_execute(&format!("create database {SHOP}"))
            .await
            .unwrap();
        let client = self.connect("postgres", SHOP).await;
        let schema = include_str!("../../../infra/oltp/schema.sql");
        client.batch_execute(schema).await.unwrap();
        client
    }

    /// The shop's database, as the shop itself reaches it.
    pub(crate) fn shop_url(&self) -> String {
        format!(
            "postgres://web_app@127.0.0.1:{}/{SHOP}?sslmode=disable",
            self.postgres.port()
        )
    }

    /// The warehouse, as the loader reaches it.
    pub(crate) fn warehouse(&self) -> Target {
        self.target("sbw_loader", DATABASE)
    }

    pub(crate) fn etl(&self) -> Etl {
        let keys = Credentials::new(
            self.s3.access_key(),
            self.s3.secret_key().expose_secret(),
            None,
            None,
            "test",
        );
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("ap-southeast-1"))
            .endpoint_url(self.s3.endpoint())
            .force_path_style(true)
            .credentials_provider(keys)
            .build();
        Etl::new(
            aws_sdk_s3::Client::from_conf(config),
            BUCKET,
            self.warehouse(),
        )
    }

    /// The same, as an operator.
    pub(crate) fn operator(&self) -> Etl {
        Etl {
            warehouse: self.target("postgres", DATABASE),
            ..self.etl()
        }
    }

    pub(crate) async fn put(&self, key: &str, body: impl AsRef<[u8]>) {
        let bytes = Bytes::copy_from_slice(body.as_ref());
        self.s3.put_direct(BUCKET, key, bytes).await.unwrap();
    }

    pub(crate) async fn put_all(&self, objects: impl IntoIterator<Item = (String, String)>) {
        stream::iter(objects)
            .for_each_concurrent(8, |(key, body)| async move { self.put(&key, body).await })
            .await;
    }

    /// Loads what is new; the run must not fail.
    pub(crate) async fn load(&self) -> RunReport {
        self.load_scope(Scope::New).await.unwrap()
    }

    pub(crate) async fn load_scope(&self, scope: Scope) -> Result<RunReport, EtlError> {
        load_with(&self.etl(), scope).await
    }

    /// One value from the warehouse.
    pub(crate) async fn value<T: FromSqlOwned>(&self, sql: &str) -> T {
        self.admin().await.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// One number from the warehouse.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        self.value(sql).await
    }

    /// Asks again for what was rejected, of these objects or of all.
    pub(crate) async fn retry(&self, keys: Option<&[String]>) -> RunReport {
        retry(&self.etl(), keys).await
    }

    pub(crate) async fn events(&self) -> i64 {
        self.number("select count(*) from public.clickstream_events")
            .await
    }

    /// Rows of the warehouse as JSON, by `user_id`.
    pub(crate) async fn rows(&self) -> BTreeMap<String, Value> {
        let sql = "select coalesce(user_id, event_id::text), to_jsonb(e) from public.clickstream_events e";
        let rows = self.admin().await.query(sql, &[]).await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    /// `(key, index, reason)` of everything that was rejected.
    pub(crate) async fn rejects(&self) -> Vec<(String, i32, String)> {
        let sql = "select object_key, event_index, reason from etl.rejects order by 1, 2";
        let rows = self.admin().await.query(sql, &[]).await.unwrap();
        rows.iter()
            .map(|row| (row.get(0), row.get(1), row.get(2)))
            .collect()
    }

    /// Fails unless run log, rollups and events agree.
    pub(crate) async fn verify(&self) {
        let findings = sbw_etl::verify::verify(&self.warehouse()).await.unwrap();
        assert!(findings.is_empty(), "{findings:#?}");
    }

    /// The real program, with the environment that the platform names.
    pub(crate) fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sbw-etl"));
        command
            .env_clear()
            .env("DWH_HOST", "127.0.0.1")
            .env("DWH_PORT", self.postgres.port().to_string())
            .env("DWH_USER", "sbw_loader")
            .env("DWH_DATABASE", DATABASE)
            .env("DWH_SSLMODE", "disable")
            .env("RAW_BUCKET", BUCKET)
            .env("AWS_REGION", "ap-southeast-1")
            .env("AWS_ENDPOINT_URL_S3", self.s3.endpoint())
            .env("AWS_ACCESS_KEY_ID", self.s3.access_key())
            .env(
                "AWS_SECRET_ACCESS_KEY",
                self.s3.secret_key().expose_secret(),
            );
        command
    }
}

pub(crate) async fn load_with(etl: &Etl, scope: Scope) -> Result<RunReport, EtlError> {
    let request = RunRequest {
        scope,
        trigger: Trigger::Operator,
        deadline: Deadline::NONE,
    };
    Box::pin(sbw_etl::run(etl, &request, &())).await
}

/// Key of a file received `minutes` after the start of a day in December 2025.
pub(crate) fn key(day: u32, minutes: i64) -> String {
    let day = chrono::NaiveDate::from_ymd_opt(2025, 12, day).unwrap();
    let at = day.and_hms_opt(0, 0, 0).unwrap().and_utc() + chrono::TimeDelta::minutes(minutes);
    let stamp = uuid::Timestamp::from_unix(uuid::NoContext, at.timestamp().unsigned_abs(), 0);
    sbw_ingest::key::object_key(at, uuid::Uuid::new_v7(stamp))
}

/// Something is not had before another lets go of it.
pub(crate) const SOMEBODY_WAITS: &str = "select exists (select from pg_locks where not granted)";

pub(crate) async fn wait_until(platform: &Platform, question: &str) {
    let admin = platform.admin().await;
    let limit = Instant::now() + Duration::from_secs(30);
    while !admin
        .query_one(question, &[])
        .await
        .unwrap()
        .get::<_, bool>(0)
    {
        assert!(Instant::now() < limit, "never: {question}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// An event whose id and visitor are `name`.
pub(crate) fn event(name: &str) -> Value {
    serde_json::json!({
        "eventName": "product_view",
        "eventId": name,
        "eventTimestamp": "2025-12-01T14:23:11.250Z",
        "userId": name,
        "sessionId": "s-1",
        "product": {"id": "p-1", "name": "Bàn phím AULA M75 TM", "category": "keyboard", "brand": "AULA",
                    "price": 1_990_000, "discountPrice": 1_790_000, "urlPath": "/product/ban-phim-aula-m75-tm"},
        "element": {"tag": "button", "dataset": {"orderId": "…"}},
    })
}

pub(crate) fn gzip(text: &str) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Asks again for what was rejected, of these objects or of all.
pub(crate) async fn retry(etl: &Etl, keys: Option<&[String]>) -> RunReport {
    let request = RunRequest {
        scope: Scope::All,
        trigger: Trigger::Operator,
        deadline: Deadline::NONE,
    };
    Box::pin(sbw_etl::rejects::retry(etl, &request, keys, &()))
        .await
        .unwrap()
}

/// How the last run ended.
pub(crate) async fn last_status(platform: &Platform) -> String {
    platform
        .value("select status from etl.runs order by run_id desc limit 1")
        .await
}
