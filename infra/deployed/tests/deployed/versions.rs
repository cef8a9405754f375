//! `sbw-etl erase` in a bucket that keeps versions.

use std::process::Command;

use aws_sdk_s3::{
    Client,
    types::{BucketVersioningStatus, VersioningConfiguration},
};

use super::{
    Warehouse,
    support::{BUCKET, SeaweedFs, program},
};

const THEIRS: &str = r#"{"eventName":"a","userId":"us-erased"}"#;
const OTHERS: &str = r#"{"eventName":"a","userId":"us-other"}"#;

/// What each object was, from version to version, and what is left of it. `-`: deleted.
const OBJECTS: [(&str, &[&str], &[&str]); 7] = [
    ("now", &["[THEIRS,OTHERS]"], &["[MARK,OTHERS]"]),
    (
        "before-and-now",
        &["OTHERS", "THEIRS", "[OTHERS,THEIRS]"],
        &["OTHERS", "[OTHERS,MARK]"],
    ),
    // As a kill leaves it.
    ("before", &["THEIRS", "MARK"], &["MARK"]),
    ("deleted", &["THEIRS", "THEIRS", "-"], &[]),
    (
        "deleted-and-there",
        &["THEIRS", "-", "OTHERS"],
        &["-", "OTHERS"],
    ),
    ("half-deleted", &["OTHERS", "THEIRS", "-"], &["OTHERS", "-"]),
    (
        "others",
        &["OTHERS", "-", "OTHERS"],
        &["OTHERS", "-", "OTHERS"],
    ),
];

fn contents(text: &str) -> String {
    text.replace("THEIRS", THEIRS)
        .replace("OTHERS", OTHERS)
        .replace("MARK", r#"{"_erased":true}"#)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_version_that_names_an_erased_person_goes() {
    let (s3, warehouse) = tokio::join!(SeaweedFs::start(), Warehouse::start());
    let client = s3.client();
    let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled);
    client
        .put_bucket_versioning()
        .bucket(BUCKET)
        .versioning_configuration(enabled.build())
        .send()
        .await
        .unwrap();
    for (name, versions, _) in OBJECTS {
        for version in versions {
            let key = format!("events/2025/12/01/{name}.json");
            if *version == "-" {
                client
                    .delete_object()
                    .bucket(BUCKET)
                    .key(key)
                    .send()
                    .await
                    .unwrap();
            } else {
                let body = contents(version).into_bytes().into();
                client
                    .put_object()
                    .bucket(BUCKET)
                    .key(key)
                    .body(body)
                    .send()
                    .await
                    .unwrap();
            }
        }
    }
    for attempt in ["first", "again"] {
        let mut erase = Command::new(program("sbw-etl"));
        erase
            .args(["erase", "--user", "us-erased"])
            .env("RAW_BUCKET", BUCKET)
            .envs(s3.environment())
            .envs(warehouse.environment("postgres"));
        let done = tokio::task::spawn_blocking(move || erase.output().unwrap())
            .await
            .unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        for (name, _, expected) in OBJECTS {
            let expected: Vec<String> = expected.iter().map(|text| contents(text)).collect();
            assert_eq!(
                versions_of(&client, name).await,
                expected,
                "{attempt}: {name}"
            );
        }
    }
    let records = client
        .list_objects_v2()
        .bucket(BUCKET)
        .prefix("erasures/")
        .send()
        .await
        .unwrap();
    assert_eq!(records.contents().len(), 1);
    assert!(!records.contents()[0].key().unwrap().contains("us-erased"));
}

/// Oldest first.
async fn versions_of(client: &Client, name: &str) -> Vec<String> {
    let key = format!("events/2025/12/01/{name}.json");
    let listed = client
        .list_object_versions()
        .bucket(BUCKET)
        .prefix(&key)
        .send()
        .await
        .unwrap();
    let mut versions = Vec::new();
    for version in listed.versions() {
        let object = client.get_object().bucket(BUCKET).key(&key);
        let object = object
            .version_id(version.version_id().unwrap())
            .send()
            .await
            .unwrap();
        let bytes = object.body.collect().await.unwrap().into_bytes();
        versions.push((
            version.version_id().unwrap().to_owned(),
            version.last_modified().copied(),
            String::from_utf8(bytes.to_vec()).unwrap(),
        ));
    }
    for marker in listed.delete_markers() {
        versions.push((
            marker.version_id().unwrap().to_owned(),
            marker.last_modified().copied(),
            "-".to_owned(),
        ));
    }
    // Ids of one server ascend or descend with time; times alone are whole seconds.
    versions.sort_by(|a, b| (a.1, &b.0).cmp(&(b.1, &a.0)));
    versions.into_iter().map(|(_, _, text)| text).collect()
}
