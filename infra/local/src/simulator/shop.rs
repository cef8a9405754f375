//! The shop: its catalogue, what sells, what is cheaper this week.

use std::sync::Arc;

use chrono::{DateTime, Datelike, TimeDelta, Utc};

use super::catalogue::{Catalogue, Product};
use super::dice::Dice;
use super::event::Offer;
use super::journey::Shelves;

/// Share of the products that are cheaper in a given week.
const ON_OFFER: f64 = 0.18;

/// The catalogue with prices and popularity.
#[derive(Debug)]
pub(super) struct Shop {
    catalogue: Arc<Catalogue>,
    /// Of each product: a few sell much, most sell little.
    popularity: Vec<f64>,
    category_weights: Vec<f64>,
    seed: u64,
}

impl Shop {
    pub(super) fn new(catalogue: Arc<Catalogue>, dice: &mut Dice, seed: u64) -> Self {
        let products = catalogue.products();
        let mut ranks: Vec<u32> = (1..).take(products.len()).collect();
        for last in (1..ranks.len()).rev() {
            let other = dice.below(last + 1);
            ranks.swap(last, other);
        }
        let popularity: Vec<f64> = products
            .iter()
            .zip(&ranks)
            .map(|(product, rank)| {
                // Zipf's law, and what the home page shows is seen more.
                let shown = if product.featured { 1.6 } else { 1.0 };
                shown / f64::from(*rank).powf(0.8)
            })
            .collect();
        let weight_of = |category: &String| {
            let of_it = products
                .iter()
                .zip(&popularity)
                .filter(|(it, _)| it.category == *category);
            of_it.map(|(_, weight)| weight).sum()
        };
        let category_weights = catalogue.categories().iter().map(weight_of).collect();
        Self {
            catalogue,
            popularity,
            category_weights,
            seed,
        }
    }

    /// How popular each category is.
    pub(super) fn category_weights(&self) -> &[f64] {
        &self.category_weights
    }

    fn pick(
        &self,
        dice: &mut Dice,
        at: DateTime<Utc>,
        wanted: impl Fn(&Product) -> bool,
    ) -> Arc<Offer> {
        let products = self.catalogue.products();
        let weights: Vec<f64> = products
            .iter()
            .zip(&self.popularity)
            .map(|(product, weight)| if wanted(product) { *weight } else { 0.0 })
            .collect();
        let index = dice.weighted(&weights);
        Arc::new(self.offer(index, at))
    }

    /// Some products are cheaper for a week, the same for everybody.
    fn offer(&self, index: usize, at: DateTime<Utc>) -> Offer {
        let product = &self.catalogue.products()[index];
        let week = (at + TimeDelta::hours(7)).num_days_from_ce() / 7;
        let mixed = self.seed ^ (u64::from(week.unsigned_abs()) << 20) ^ (index as u64);
        let mut of_the_week = Dice::new(mixed);
        let discount_price = of_the_week.chance(ON_OFFER).then(|| {
            let percent = [5, 7, 10, 12, 15, 20][of_the_week.below(6)];
            product.price * (100 - percent) / 100 / 10_000 * 10_000
        });
        Offer {
            id: product.id.clone(),
            name: product.name.clone(),
            category: product.category.clone(),
            brand: product.brand.clone(),
            price: product.price,
            discount_price,
            url_path: format!("/product/{}", product.slug),
        }
    }
}

impl Shelves for Shop {
    fn categories(&self) -> &[String] {
        self.catalogue.categories()
    }

    fn product_of(&self, dice: &mut Dice, category: usize, at: DateTime<Utc>) -> Arc<Offer> {
        let name = &self.catalogue.categories()[category];
        self.pick(dice, at, |product| product.category == *name)
    }

    fn featured(&self, dice: &mut Dice, at: DateTime<Utc>) -> Arc<Offer> {
        let any = self
            .catalogue
            .products()
            .iter()
            .any(|product| product.featured);
        self.pick(dice, at, |product| product.featured || !any)
    }
}
