//! Sessions on a real server: what they are set to, how they end, and how they fail.

use std::time::Duration;

use rstest::rstest;
use sbw_queries::QueryError;
use sbw_queries::connect::{
    ConnectError, LinkEvent, PasswordSource, SessionOptions, SslMode, Target, connect,
};
use sbw_servers::postgres::Postgres;
use tokio::net::TcpListener;

use crate::common::{Warehouse, reader, session, target};

async fn asked(client: &tokio_postgres::Client, sql: &str) -> Result<(), QueryError> {
    client
        .query_typed(sql, &[])
        .await
        .map(drop)
        .map_err(QueryError::from)
}

#[tokio::test]
async fn a_session_is_what_its_options_say_from_the_first_query_on() {
    let postgres = Postgres::start().unwrap();
    let options = SessionOptions {
        statement_timeout: Some(Duration::from_millis(4_321)),
        lock_timeout: Some(Duration::from_secs(3)),
        ..reader()
    };
    let session = connect(&target(&postgres, "postgres"), &options)
        .await
        .unwrap();
    for (setting, expected) in [
        ("application_name", "test"),
        ("default_transaction_read_only", "on"),
        ("statement_timeout", "4321ms"),
        ("lock_timeout", "3s"),
        ("idle_in_transaction_session_timeout", "1min"),
        ("plan_cache_mode", "force_generic_plan"),
        ("jit", "off"),
        ("work_mem", "32MB"),
    ] {
        let found: String = session
            .client
            .query_one(&format!("show {setting}"), &[])
            .await
            .unwrap()
            .get(0);
        assert_eq!(found, expected, "{setting}");
    }
    let options = SessionOptions::writer("test");
    let session = connect(&target(&postgres, "postgres"), &options)
        .await
        .unwrap();
    let found: String = session
        .client
        .query_one("show default_transaction_read_only", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(found, "off");
}

#[tokio::test]
async fn a_statement_over_its_limit_is_told_from_a_cancelled_one() {
    let postgres = Postgres::start().unwrap();
    let options = SessionOptions {
        statement_timeout: Some(Duration::from_millis(50)),
        ..reader()
    };
    let limited = connect(&target(&postgres, "postgres"), &options)
        .await
        .unwrap();
    let error = asked(&limited.client, "select pg_sleep(60)::text")
        .await
        .unwrap_err();
    assert!(matches!(error, QueryError::TimedOut(_)), "{error:?}");

    let free = session(&postgres, "postgres").await;
    let canceller = free.canceller.clone();
    let query = asked(&free.client, "select pg_sleep(60)::text");
    let cancel = async {
        // Until the query is running there is nothing to cancel.
        let watcher = session(&postgres, "postgres").await.client;
        let running =
            "select from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'";
        while watcher.query(running, &[]).await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        canceller.cancel().await.unwrap();
    };
    let (error, ()) = tokio::join!(query, cancel);
    assert!(matches!(error, Err(QueryError::Cancelled(_))), "{error:?}");
    asked(&free.client, "select 1").await.unwrap();
}

#[tokio::test]
async fn notifications_and_the_end_are_heard() {
    let warehouse = Warehouse::empty().await;
    let mut listener = session(&warehouse.postgres, "postgres").await;
    listener
        .client
        .batch_execute("listen clickstream_loaded")
        .await
        .unwrap();
    warehouse
        .client
        .batch_execute("notify clickstream_loaded, '7'")
        .await
        .unwrap();
    let heard = listener.events.recv().await.unwrap();
    let expected = LinkEvent::Notification {
        channel: "clickstream_loaded".to_owned(),
        payload: "7".to_owned(),
    };
    assert_eq!(heard, expected);

    let all = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'";
    warehouse.client.batch_execute(all).await.unwrap();
    let heard = listener.events.recv().await.unwrap();
    assert!(
        matches!(&heard, LinkEvent::Closed(Some(reason)) if reason.contains("terminat")),
        "{heard:?}"
    );
    assert_eq!(listener.events.recv().await, None);
    let error = asked(&listener.client, "select 1").await.unwrap_err();
    assert!(error.is_link_lost(), "{error:?}");
}

#[tokio::test]
async fn a_reader_that_listens_to_nothing_does_not_hold_the_link() {
    let warehouse = Warehouse::empty().await;
    let deaf = session(&warehouse.postgres, "postgres").await;
    deaf.client.batch_execute("listen chatter").await.unwrap();
    for n in 0..sbw_queries::connect::UNREAD * 2 {
        warehouse
            .client
            .batch_execute(&format!("notify chatter, '{n}'"))
            .await
            .unwrap();
    }
    asked(&deaf.client, "select 1").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_fails_the_query_that_waits() {
    let mut postgres = Postgres::start().unwrap();
    let one = session(&postgres, "postgres").await;
    let query = asked(&one.client, "select pg_sleep(60)::text");
    let crash = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        tokio::task::block_in_place(|| postgres.crash());
    };
    let (error, ()) = tokio::join!(query, crash);
    assert!(error.unwrap_err().is_link_lost());
    postgres.start_again().unwrap();
    session(&postgres, "postgres").await;
}

fn locked() -> Postgres {
    let postgres = Postgres::builder()
        .hba("local all all trust")
        .hba("host all postgres 127.0.0.1/32 trust")
        .hba("host closed all 127.0.0.1/32 reject")
        .hba("host all nobody 127.0.0.1/32 trust")
        .hba("host all clear 127.0.0.1/32 password")
        .hba("host postgres all 127.0.0.1/32 scram-sha-256")
        .start()
        .unwrap();
    let made = postgres
        .psql("postgres", "postgres")
        .args(["-c", "create role keyed login password 'right'; create role clear login password 'right'; create role empty login; create role nologin"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    postgres
}

#[tokio::test]
async fn what_the_server_refuses_is_told_apart() {
    let postgres = locked();
    let to = |user: &str, dbname: &str| {
        let mut to = target(&postgres, user);
        dbname.clone_into(&mut to.dbname);
        to.sslmode = SslMode::Prefer;
        to
    };
    let fails = |target: Target| async move {
        match connect(&target, &reader()).await {
            Ok(_) => panic!("connected to {target} as {}", target.user),
            Err(error) => error,
        }
    };

    for user in ["keyed", "clear"] {
        let error = fails(to(user, "postgres")).await;
        assert!(
            matches!(&error, ConnectError::PasswordNeeded { user: u } if u == user),
            "{error:?}"
        );
        let error = fails(to(user, "postgres").with_password("wrong".into())).await;
        assert!(
            matches!(
                &error,
                ConnectError::WrongPassword {
                    from: PasswordSource::Given,
                    ..
                }
            ),
            "{error:?}"
        );
        assert!(!format!("{error:?} {error}").contains("wrong\""));
        connect(
            &to(user, "postgres").with_password("right".into()),
            &reader(),
        )
        .await
        .unwrap();
    }
    // A role that is not there is not given away by the server.
    let error = fails(to("ghost", "postgres").with_password("x".into())).await;
    assert!(
        matches!(error, ConnectError::WrongPassword { .. }),
        "{error:?}"
    );
    let error = fails(to("nobody", "postgres")).await;
    assert!(
        matches!(error, ConnectError::NoSuchRole { .. }),
        "{error:?}"
    );
    let error = fails(to("postgres", "atlantis")).await;
    assert!(matches!(&error, ConnectError::NoSuchDatabase { dbname, .. } if dbname == "atlantis"));
    let error = fails(to("keyed", "closed").with_password("right".into())).await;
    assert!(
        matches!(error, ConnectError::NotAllowed { .. }),
        "{error:?}"
    );
    let error = fails(to("keyed", "template1")).await;
    assert!(
        matches!(error, ConnectError::NotAllowed { .. }),
        "{error:?}"
    );

    let mut strict = to("postgres", "postgres");
    strict.sslmode = SslMode::Require;
    let error = fails(strict).await;
    assert!(
        matches!(
            error,
            ConnectError::TlsUnsupported {
                mode: SslMode::Require,
                ..
            }
        ),
        "{error:?}"
    );
    let mut plain = to("keyed", "closed");
    plain.sslmode = SslMode::Disable;
    let error = fails(plain).await;
    assert!(
        matches!(error, ConnectError::TlsRequired { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_full_server_says_so() {
    let postgres = Postgres::builder()
        .setting("max_connections", "5")
        .setting("superuser_reserved_connections", "0")
        .setting("max_wal_senders", "0")
        .start()
        .unwrap();
    let mut open = Vec::new();
    let error = loop {
        match connect(&target(&postgres, "postgres"), &reader()).await {
            Ok(session) => open.push(session),
            Err(error) => break error,
        }
        assert!(open.len() <= 5);
    };
    assert!(
        matches!(error, ConnectError::TooManyConnections { .. }),
        "{error:?}"
    );
    assert!(error.may_pass());
}

#[tokio::test]
async fn a_port_where_nothing_listens_refuses() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let error = connect(&Target::new("127.0.0.1", port, "u", "d"), &reader())
        .await
        .err()
        .unwrap();
    assert!(matches!(error, ConnectError::Refused { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        format!(
            "nothing listens for d@127.0.0.1:{port}; check host and port, and that the tunnel or the server runs"
        )
    );
}

#[rstest]
#[case::no_name("no-such-host.invalid")]
#[tokio::test]
async fn a_name_that_is_none_is_not_found(#[case] host: &str) {
    let error = connect(&Target::new(host, 5432, "u", "d"), &reader())
        .await
        .err()
        .unwrap();
    assert!(
        matches!(&error, ConnectError::UnknownHost { host: h, .. } if h == host),
        "{error:?}"
    );
}

/// A tunnel whose far end is gone accepts the connection and then says nothing.
#[tokio::test]
async fn silence_ends_after_the_time_allowed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut target = Target::new("127.0.0.1", listener.local_addr().unwrap().port(), "u", "d");
    target.connect_timeout = Some(Duration::from_millis(50));
    let error = connect(&target, &reader()).await.err().unwrap();
    assert!(matches!(error, ConnectError::TimedOut { .. }), "{error:?}");
}

#[tokio::test]
async fn a_server_of_another_kind_is_not_taken_for_postgres() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            drop(socket);
        }
    });
    let error = connect(&Target::new("127.0.0.1", port, "u", "d"), &reader())
        .await
        .err()
        .unwrap();
    assert!(matches!(error, ConnectError::BrokeOff { .. }), "{error:?}");
}
