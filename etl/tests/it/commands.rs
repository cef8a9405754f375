//! The real program: its words, its exit codes, its streams.

use std::process::{Command, Output};

use rstest::rstest;
use serde_json::Value;

use crate::support::{Platform, event, key};

fn run(mut command: Command, arguments: &[&str]) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_loads_lists_and_checks() {
    let platform = Platform::unmigrated().await;
    let mut migrate = platform.program();
    migrate.env("DWH_USER", "postgres");
    let (code, out, err) = run(migrate, &["migrate"]);
    assert_eq!(
        (code, out.contains("V20261201__events")),
        (0, true),
        "{out}{err}"
    );

    platform.put(&key(1, 1), event("a").to_string()).await;
    platform
        .put(&key(2, 1), format!("[{},7]", event("b")))
        .await;
    let (code, out, err) = run(platform.program(), &["run", "--dry-run"]);
    assert_eq!((code, out.lines().count()), (0, 2), "{out}{err}");
    assert!(err.contains("would load 2 of 2 objects"), "{err}");
    assert_eq!(platform.events().await, 0);

    let (code, out, _) = run(platform.program(), &["run", "--date", "2025-12-01"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &report["inserted"], &report["remaining"]),
        (0, &Value::from(1), &Value::from(0))
    );
    let names = [
        "listed",
        "new_objects",
        "events",
        "inserted",
        "duplicates",
        "rejected",
        "remaining",
        "duration_ms",
        "refresh_pending",
    ];
    let mut places = names
        .iter()
        .map(|name| out.find(&format!("\"{name}\"")).unwrap());
    assert!(places.by_ref().is_sorted());
    let (code, out, _) = run(
        platform.program(),
        &["run", "--from", "2025-12-01", "--to", "2025-12-02"],
    );
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &report["inserted"], &report["rejected"]),
        (0, &Value::from(1), &Value::from(1))
    );

    let (code, out, _) = run(platform.program(), &["rejects"]);
    assert_eq!((code, out.lines().count()), (0, 2), "{out}");
    let (_, out, _) = run(platform.program(), &["rejects", "--format", "json"]);
    let rejects: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&rejects[0]["event_index"], &rejects[0]["excerpt"]),
        (&Value::from(1), &Value::from("7"))
    );
    let (code, out, _) = run(platform.program(), &["rejects", "retry", "--all"]);
    assert_eq!(
        (
            code,
            serde_json::from_str::<Value>(&out).unwrap()["rejected"].clone()
        ),
        (0, Value::from(1))
    );
    let (code, out, _) = run(platform.program(), &["runs", "--format", "json"]);
    assert_eq!(
        (
            code,
            serde_json::from_str::<Value>(&out)
                .unwrap()
                .as_array()
                .unwrap()
                .len()
        ),
        (0, 3)
    );
    let (code, out, _) = run(platform.program(), &["refresh"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &report["refresh_pending"]), (0, &Value::from(0)));
    let (code, out, _) = run(platform.program(), &["verify"]);
    assert_eq!(
        (code, out.contains("rollups and events agree")),
        (0, true),
        "{out}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_is_a_failure_to_a_script() {
    let platform = Platform::start().await;
    platform.put(&key(1, 1), event("a").to_string()).await;
    platform.s3.inject(|_, path| {
        (!path.contains("list-type")).then_some(sbw_servers::s3::Fault::Status(503))
    });
    let (code, out, err) = run(platform.program(), &["run"]);
    assert_eq!(code, 1, "{out}{err}");
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["remaining"], 1);
}

#[rstest]
#[case::nothing(&[], 2, "Usage")]
#[case::unknown(&["load"], 2, "unrecognized")]
#[case::no_day(&["run", "--date", "yesterday"], 2, "yesterday")]
#[case::reversed(&["run", "--from", "2025-12-03", "--to", "2025-12-01"], 2, "swap")]
#[case::two_scopes(&["run", "--date", "2025-12-03", "--prefix", "events/"], 2, "cannot be used with")]
#[case::outside(&["run", "--prefix", "logs/"], 2, "events/")]
#[case::retry_of_nothing(&["rejects", "retry"], 2, "required")]
#[case::no_connection(&["run"], 3, "127.0.0.1:1")]
#[case::no_connection_to_verify(&["verify"], 3, "127.0.0.1:1")]
fn wrong_usage_and_no_connection_have_codes_of_their_own(
    #[case] arguments: &[&str],
    #[case] code: i32,
    #[case] words: &str,
) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sbw-etl"));
    command.env_clear().envs([
        ("DWH_HOST", "127.0.0.1"),
        ("DWH_PORT", "1"),
        ("DWH_PASSWORD", "secret-word"),
        ("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1"),
        ("AWS_ACCESS_KEY_ID", "a"),
        ("AWS_SECRET_ACCESS_KEY", "b"),
    ]);
    let (actual, out, err) = run(command, arguments);
    assert_eq!(actual, code, "{out}{err}");
    assert!(err.contains(words), "{err}");
    assert!(!err.contains("secret-word"));
}

#[test]
fn a_wrong_variable_is_wrong_usage() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sbw-etl"));
    command.env_clear().env("DWH_SSLMODE", "yes");
    let (code, _, err) = run(command, &["runs"]);
    assert_eq!(code, 2);
    assert!(
        err.contains("DWH_SSLMODE") && err.contains("verify-full"),
        "{err}"
    );
}

/// A Parameter Store with one parameter; hands on what it was asked.
fn parameter_store(value: &'static str) -> (String, std::sync::mpsc::Receiver<String>) {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (asked, questions) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut question = Vec::new();
        let mut buffer = [0; 4_096];
        // The body ends the request, and it is a JSON object.
        while !question.ends_with(b"}") {
            let read = stream.read(&mut buffer).unwrap();
            question.extend_from_slice(&buffer[..read]);
        }
        let body =
            serde_json::json!({"Parameter": {"Name": "/dw/loader", "Value": value}}).to_string();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        asked.send(String::from_utf8(question).unwrap()).unwrap();
    });
    (address, questions)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_password_comes_from_the_parameter_store() {
    let platform = Platform::start().await;
    // Only with its password may the loader come in from now on.
    let admin = platform.admin().await;
    admin
        .batch_execute("alter role sbw_loader password 'from the store'")
        .await
        .unwrap();
    let hba = platform.postgres.data_dir().join("pg_hba.conf");
    let rules = std::fs::read_to_string(&hba).unwrap();
    std::fs::write(
        &hba,
        format!("host all sbw_loader all scram-sha-256\n{rules}"),
    )
    .unwrap();
    admin
        .batch_execute("select pg_reload_conf()")
        .await
        .unwrap();

    let with_store = |value| {
        let (address, questions) = parameter_store(value);
        let mut command = platform.program();
        command
            .env("AWS_ENDPOINT_URL_SSM", address)
            .env("DWH_PASSWORD_PARAMETER", "/dw/loader");
        (run(command, &["runs"]), questions)
    };
    // The server may take a moment to read its rules again.
    let (mut refused, _) = with_store("wrong");
    for _ in 0..50 {
        if refused.0 != 0 {
            break;
        }
        (refused, _) = with_store("wrong");
    }
    assert_eq!(refused.0, 3, "{}", refused.2);
    let ((code, _, err), questions) = with_store("from the store");
    assert_eq!(code, 0, "{err}");
    let question = questions.recv().unwrap();
    assert!(question.contains("\"WithDecryption\":true"), "{question}");
    assert!(question.contains("\"Name\":\"/dw/loader\""), "{question}");
}
