//! The shop: its catalogue and what sells.

use std::sync::Arc;

use super::catalogue::{Catalogue, Product};
use super::dice::Dice;
use super::event::Offer;

/// The catalogue with prices and popularity.
#[derive(Debug)]
pub(super) struct Shop {
    catalogue: Arc<Catalogue>,
    /// The products of each category.
    shelves: Vec<Shelf>,
    /// The products of the home page.
    featured: Shelf,
    category_weights: Vec<f64>,
}

impl Shop {
    pub(super) fn new(catalogue: Arc<Catalogue>, dice: &mut Dice) -> Self {
        let products = catalogue.products();
        let mut ranks: Vec<u32> = (1..).take(products.len()).collect();
        for last in (1..ranks.len()).rev() {
            let other = dice.below(last + 1);
            ranks.swap(last, other);
        }
        // Zipf's law, and what the home page shows is seen more.
        let popularity = |index: usize| {
            let shown = if products[index].featured { 1.6 } else { 1.0 };
            shown / f64::from(ranks[index]).powf(0.8)
        };
        let shelf = |wanted: &dyn Fn(&Product) -> bool| {
            let indexes = (0..products.len()).filter(|index| wanted(&products[*index]));
            Shelf::new(indexes.map(|index| (index, popularity(index))))
        };
        let any = products.iter().any(|product| product.featured);
        let featured = shelf(&|product| product.featured || !any);
        let shelves: Vec<Shelf> = catalogue
            .categories()
            .iter()
            .map(|category| shelf(&|product| product.category == *category))
            .collect();
        let category_weights = shelves.iter().map(Shelf::weight).collect();
        Self {
            catalogue,
            shelves,
            featured,
            category_weights,
        }
    }

    /// The categories.
    pub(super) fn categories(&self) -> &[String] {
        self.catalogue.categories()
    }

    /// How popular each category is.
    pub(super) fn category_weights(&self) -> &[f64] {
        &self.category_weights
    }

    /// A product of a category, the popular ones more often.
    pub(super) fn product_of(&self, dice: &mut Dice, category: usize) -> Arc<Offer> {
        self.offer(self.shelves[category].pick(dice))
    }

    /// A product of the home page.
    pub(super) fn featured(&self, dice: &mut Dice) -> Arc<Offer> {
        self.offer(self.featured.pick(dice))
    }

    /// How many products of a category are of a brand: what a search finds.
    pub(super) fn count(&self, category: usize, brand: &str) -> usize {
        let products = self.catalogue.products();
        let of_brand = |index: &&usize| products[**index].brand == brand;
        self.shelves[category]
            .indexes
            .iter()
            .filter(of_brand)
            .count()
    }

    fn offer(&self, index: usize) -> Arc<Offer> {
        let product = &self.catalogue.products()[index];
        Arc::new(Offer {
            id: product.id.clone(),
            name: product.name.clone(),
            category: product.category.clone(),
            brand: product.brand.clone(),
            price: product.price,
            discount_price: product.reduced_price(),
            discount_percent: (product.discount_percent > 0).then_some(product.discount_percent),
            url_path: format!("/product/{}", product.slug),
        })
    }
}

/// Products to choose from, the popular ones more often.
#[derive(Debug)]
struct Shelf {
    /// Their places in the catalogue.
    indexes: Vec<usize>,
    /// The weight of each and of all before it.
    weights: Vec<f64>,
}

impl Shelf {
    fn new(products: impl Iterator<Item = (usize, f64)>) -> Self {
        let (indexes, mut weights): (Vec<usize>, Vec<f64>) = products.unzip();
        for last in 1..weights.len() {
            weights[last] += weights[last - 1];
        }
        Self { indexes, weights }
    }

    fn weight(&self) -> f64 {
        self.weights.last().copied().unwrap_or(0.0)
    }

    /// A catalogue of 100,000 is searched in 17 steps.
    fn pick(&self, dice: &mut Dice) -> usize {
        let wanted = dice.unit() * self.weight();
        let place = self.weights.partition_point(|weight| *weight <= wanted);
        self.indexes[place.min(self.indexes.len() - 1)]
    }
}
