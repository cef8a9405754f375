//! The shop's database, on the warehouse's server. The shop itself is tried in a
//! browser (`shop/e2e/platform.test.ts`).
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::fs;
use std::process::Command;

use support::{Local, command, is_empty, open_dir};

/// The shop's database's answer, asked the way the program says itself.
fn ask(local: &mut Local, sql: &str) -> String {
    let said = local.hears("shop data");
    let output = Command::new("sh")
        .args(["-c", &format!("{said} -X -A -t -w -c \"$0\" 2>&1"), sql])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn the_catalogue_is_for_sale_and_nobody_may_change_its_prices() {
    let mut local = Local::start(&["--days=0", "--no-traffic"]);
    assert_eq!(
        ask(&mut local, "select count(*) from products where active"),
        "64"
    );
    let price = "select sale_price_vnd from products where slug = 'ban-phim-aula-m75-tm'";
    assert_eq!(ask(&mut local, price), "1790000");
    let refused = ask(&mut local, "update products set price_vnd = 1");
    assert!(refused.contains("permission denied"), "{refused}");
}

#[test]
fn what_was_sold_stays_sold_and_carts_stay_sealed() {
    let temp = open_dir();
    let data = temp.path().join("kept");
    let data_dir = format!("--data-dir={}", data.display());
    let start = || Local::start(&["--days=0", "--no-traffic", &data_dir]);
    let mut first = start();
    let stock = "select stock from inventory where product_id = 'cmiplel24000uxzk04dxmtt1t'";
    assert_eq!(ask(&mut first, stock), "15");
    ask(
        &mut first,
        "update inventory set stock = 3 where product_id = 'cmiplel24000uxzk04dxmtt1t'",
    );
    let secret = fs::read_to_string(data.join("shop-secret")).unwrap();
    assert!(secret.len() >= 32);
    first.signal("TERM");
    assert!(first.ends().success());
    let mut second = start();
    assert_eq!(ask(&mut second, stock), "3");
    assert_eq!(
        fs::read_to_string(data.join("shop-secret")).unwrap(),
        secret
    );
}

#[test]
fn a_directory_without_a_shop_ends_it_before_anything_starts() {
    let temp = open_dir();
    let output = command(temp.path(), &["--days=0", "--shop=/nowhere"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("/nowhere holds no built shop. `make shop`"),
        "{said}"
    );
    assert!(is_empty(temp.path()));
}
