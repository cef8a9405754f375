//! What machines do to a running platform: PostgreSQL killed, the disk full.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rstest::rstest;
use serde_json::json;
use support::{Local, goes, open_dir, post, signal};

const ROWS: &str = "select count(*) from clickstream_events";

async fn send(api: &str, name: &str) -> u16 {
    post(api, &json!({"eventName": name})).await.0
}

/// The pid of a server process that serves a client.
fn a_backend(local: &mut Local) -> u32 {
    let mut psql = local.psql();
    let client = psql.args(["-c", "select pg_sleep(600)"]).spawn();
    let mut client = client.unwrap();
    let others = "select pid from pg_stat_activity where query like 'select pg_sleep%'";
    local.wait_for(&format!("select count(*) from ({others}) as sleeping"), "1");
    let pid = local.ask(others).parse().unwrap();
    // The server's end of it outlives the client.
    client.kill().unwrap();
    client.wait().unwrap();
    pid
}

#[rstest]
#[case::the_first_process("postmaster", "KILL")]
#[case::the_first_process_politely("postmaster", "TERM")]
#[case::one_of_a_client("backend", "KILL")]
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_postgres_comes_back_and_nothing_is_lost(
    #[case] process: &str,
    #[case] how: &str,
) {
    let mut local = Local::start(&["--days=0", "--no-traffic"]);
    let api = local.hears("API");
    assert_eq!(send(&api, "product_view").await, 200);
    local.wait_for(ROWS, "1");
    let postgres = local.postgres_pid();
    let is_postmaster = process == "postmaster";
    let victim = if is_postmaster {
        postgres
    } else {
        a_backend(&mut local)
    };
    signal(victim, how);
    goes(victim);
    // Meanwhile events are taken, and they are loaded once it is back.
    assert_eq!(send(&api, "product_view").await, 200);
    local.wait_for_in_the_end(ROWS, "2");
    assert_eq!(local.postgres_pid() != postgres, is_postmaster);
    if is_postmaster {
        local.complains("PostgreSQL has ended and starts again in 1 s");
        local.complains("PostgreSQL works again, after 1 failure");
    }
    local.signal("TERM");
    assert!(local.ends().success());
    assert!(support::is_empty(local.temp()), "files are left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_in_a_few_lines_and_all_goes_on_when_there_is_room() {
    let temp = open_dir();
    let disk = temp.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let Some(unshare) = with_a_small_disk(&disk) else {
        eprintln!("this machine lets nobody but root mount a disk: nothing was tried");
        return;
    };
    let data_dir = format!("--data-dir={}", disk.join("home").display());
    let flags = ["--days=0", "--no-traffic", &data_dir];
    let mut local = Local::start_by(unshare, temp, &flags);
    let api = local.hears("API");
    assert_eq!(send(&api, "product_view").await, 200);
    local.wait_for(ROWS, "1");

    // The disk as the program sees it.
    let inside = format!("/proc/{}/root{}", local.pid(), disk.display());
    let filler = Path::new(&inside).join("filler");
    fill(&filler);
    while send(&api, "product_view").await == 200 {
        fill(&filler);
    }
    local.complains("the ETL failed and will try again");
    // Some runs of the ETL later there is no more to read than before.
    for _ in 0..4 {
        assert_ne!(send(&api, "product_view").await, 200);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let told = local.complaints();
    assert!(told.len() <= 4, "{told:#?}");

    fs::remove_file(&filler).unwrap();
    while send(&api, "checkout_complete").await != 200 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let bought = format!("{ROWS} where event_name = 'checkout_complete'");
    local.wait_for_in_the_end(&bought, "1");
    local.complains("the ETL works again, after");
    local.signal("TERM");
    assert!(local.ends().success());
}

/// A command in front of which a program finds a disk of its own in this place: for
/// root, or where users may have namespaces.
fn with_a_small_disk(place: &Path) -> Option<Command> {
    let command = |script: &str| {
        let mut command = Command::new("unshare");
        if !rustix::process::geteuid().is_root() {
            command.args(["--user", "--map-current-user", "--keep-caps"]);
        }
        command
            .args(["--mount", "sh", "-c", script, "sh"])
            .arg(place);
        command
    };
    let mount = "mount -t tmpfs -o size=200m,mode=755 disk \"$1\"";
    let works = command(mount).output().unwrap().status.success();
    works.then(|| command(&format!("{mount} && shift && exec \"$@\"")))
}

/// Takes all the room there is.
fn fill(filler: &Path) {
    let mut file = File::options()
        .create(true)
        .append(true)
        .open(filler)
        .unwrap();
    let zeros = vec![0; 64 * 1024];
    for size in [zeros.len(), 1_024, 1] {
        while let Ok(()) = file.write_all(&zeros[..size]) {}
    }
    assert_eq!(
        file.write(&[0]).map_err(|error| error.kind()),
        Err(io::ErrorKind::StorageFull)
    );
}
