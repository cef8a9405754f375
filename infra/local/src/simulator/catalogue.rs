//! What the shop sells.

use serde::Deserialize;

/// The shop's own export; one name ends in a space, as it does there.
const EXPORT: &str = include_str!("../../catalogue.csv");

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
        Self::from_csv(EXPORT)
    }

    fn from_csv(text: &str) -> Result<Self, CatalogueError> {
        let products: Vec<Product> = csv::Reader::from_reader(text.as_bytes())
            .deserialize()
            .collect::<Result<_, _>>()?;
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

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
    fn an_empty_catalogue_is_an_error() {
        assert!(matches!(
            Catalogue::from_csv("product_id,name\n"),
            Err(CatalogueError::Empty)
        ));
    }
}
