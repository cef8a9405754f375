//! What the shop sells.

use serde::Deserialize;

/// The shop's own export, a CSV file; one name ends in a space, as it does there.
pub const CATALOGUE: &str = include_str!("../../catalogue.csv");

/// A product.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Product {
    /// Its id in the shop's database.
    #[serde(rename = "product_id")]
    pub id: String,
    /// Its name, in Vietnamese.
    pub name: String,
    /// Such as `keyboard`.
    pub category: String,
    /// Such as `AULA`.
    pub brand: String,
    /// The list price in VND.
    #[serde(rename = "price_vnd")]
    pub price: i64,
    /// By how many percent it is cheaper; 0: not on offer.
    pub discount_percent: i64,
    /// The last part of its page's address.
    pub slug: String,
    /// Whether the home page shows it.
    #[serde(deserialize_with = "flag")]
    pub featured: bool,
}

fn flag<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok(text == "t")
}

/// All products.
#[derive(Debug, Clone)]
pub struct Catalogue {
    products: Vec<Product>,
    categories: Vec<String>,
}

/// The catalogue is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// A row cannot be read.
    #[error("the catalogue cannot be read")]
    Row(#[from] csv::Error),
    /// Nothing to sell.
    #[error("the catalogue is empty")]
    Empty,
}

impl Catalogue {
    /// The real one, which is compiled in.
    pub fn of_the_shop() -> Result<Self, CatalogueError> {
        Self::new(from_csv(CATALOGUE)?)
    }

    /// One of so many products: the first of the real ones, then variants of them.
    /// The same size is always the same catalogue.
    pub fn of_size(products: usize) -> Result<Self, CatalogueError> {
        let real = from_csv(CATALOGUE)?;
        let variants = (2..).flat_map(|series| real.iter().map(move |it| it.variant(series)));
        Self::new(
            real.iter()
                .cloned()
                .chain(variants)
                .take(products)
                .collect(),
        )
    }

    fn new(products: Vec<Product>) -> Result<Self, CatalogueError> {
        if products.is_empty() {
            return Err(CatalogueError::Empty);
        }
        let mut categories: Vec<String> = products.iter().map(|it| it.category.clone()).collect();
        categories.sort_unstable();
        categories.dedup();
        Ok(Self {
            products,
            categories,
        })
    }

    /// Every product; there is one at least.
    #[must_use]
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    /// Every category that has a product.
    #[must_use]
    pub fn categories(&self) -> &[String] {
        &self.categories
    }
}

impl Product {
    /// What a buyer pays while it is on offer: rounded down to 10,000 VND and never to
    /// nothing, as the shop's database does (`products.sale_price_vnd`).
    pub(super) fn reduced_price(&self) -> Option<i64> {
        let exact = self.price * (100 - self.discount_percent) / 100;
        (self.discount_percent > 0).then(|| (exact / 10_000 * 10_000).max(self.price.min(10_000)))
    }

    /// A product of a later series: the same kind and brand at another price.
    fn variant(&self, series: u64) -> Self {
        // Up to a quarter dearer or cheaper; 19 and 51 have no factor in common.
        let percent = 75 + i64::try_from(series * 19 % 51).unwrap_or(25);
        Self {
            id: format!("{}-{series}", self.id),
            name: format!("{} (series {series})", self.name.trim_end()),
            price: (self.price * percent / 100 / 10_000 * 10_000).max(10_000),
            slug: format!("{}-{series}", self.slug),
            featured: false,
            ..self.clone()
        }
    }
}

fn from_csv(text: &str) -> Result<Vec<Product>, csv::Error> {
    csv::Reader::from_reader(text.as_bytes())
        .deserialize()
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_shops_catalogue_is_whole() {
        let catalogue = Catalogue::of_the_shop().unwrap();
        assert_eq!(catalogue.products().len(), 64);
        assert_eq!(
            catalogue.categories(),
            [
                "accessory",
                "headphone",
                "keyboard",
                "laptop",
                "monitor",
                "mouse"
            ]
        );
        assert!(catalogue.products().iter().all(|product| product.price > 0));
        assert!(catalogue.products().iter().any(|product| product.featured));
        let odd = catalogue
            .products()
            .iter()
            .find(|it| it.name.ends_with(' '))
            .unwrap();
        assert_eq!(odd.name, "Giá đỡ laptop nhôm ");
    }

    #[test]
    fn offers_are_those_of_the_shop() {
        let catalogue = Catalogue::of_the_shop().unwrap();
        let reduced = |slug: &str| {
            let product = catalogue.products().iter().find(|it| it.slug == slug);
            product.unwrap().reduced_price()
        };
        assert_eq!(reduced("ban-phim-aula-m75-tm"), Some(1_790_000));
        assert_eq!(reduced("chuot-logitech-g304-lightspeed"), Some(790_000));
        assert_eq!(reduced("chuot-logitech-g102-lightsync-rgb"), None);
        let cheap = Product {
            price: 10_000,
            discount_percent: 5,
            ..catalogue.products()[0].clone()
        };
        assert_eq!(cheap.reduced_price(), Some(10_000));
    }

    #[test]
    fn an_empty_catalogue_is_an_error() {
        assert!(matches!(Catalogue::of_size(0), Err(CatalogueError::Empty)));
    }

    #[test]
    fn a_larger_catalogue_begins_with_the_shops_own_and_repeats_nothing() {
        let real = Catalogue::of_the_shop().unwrap();
        let large = Catalogue::of_size(5_000).unwrap();
        assert_eq!(large.products().len(), 5_000);
        assert_eq!(&large.products()[..64], real.products());
        assert_eq!(large.categories(), real.categories());
        let distinct = |field: fn(&Product) -> &String| {
            large.products().iter().map(field).collect::<HashSet<_>>()
        };
        assert_eq!(distinct(|it| &it.id).len(), 5_000);
        assert_eq!(distinct(|it| &it.name).len(), 5_000);
        assert_eq!(distinct(|it| &it.slug).len(), 5_000);
        assert!(large.products().iter().all(|product| product.price > 0));
        assert_eq!(
            Catalogue::of_size(3).unwrap().products(),
            &real.products()[..3]
        );
    }
}
