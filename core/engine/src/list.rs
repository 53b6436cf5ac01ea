//! Dense lists that are addressed by their own kind of position, and a slab that uses freed places again.
//!
//! Positions are made by the list that they belong to, so they always exist; this is the one place of the engine
//! where a position is taken on trust.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// A position in one kind of list.
pub(crate) trait Position: Copy {
    fn new(index: usize) -> Self;
    fn index(self) -> usize;
}

macro_rules! positions {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
        pub(crate) struct $name(pub(crate) u32);

        impl crate::list::Position for $name {
            fn new(index: usize) -> Self {
                Self(index as u32)
            }

            fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}
pub(crate) use positions;

/// A list that only grows.
#[derive(Clone, Debug)]
pub(crate) struct List<K, T> {
    items: Vec<T>,
    key: PhantomData<K>,
}

impl<K, T> Default for List<K, T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            key: PhantomData,
        }
    }
}

impl<K: Position, T> List<K, T> {
    pub(crate) fn push(&mut self, item: T) -> K {
        let key = K::new(self.items.len());
        self.items.push(item);
        key
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (K, &T)> {
        self.items
            .iter()
            .enumerate()
            .map(|(index, item)| (K::new(index), item))
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = K> + use<K, T> {
        (0..self.items.len()).map(K::new)
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }
}

impl<K: Position, T> FromIterator<T> for List<K, T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self {
            items: items.into_iter().collect(),
            key: PhantomData,
        }
    }
}

impl<K: Position, T> Index<K> for List<K, T> {
    type Output = T;

    #[expect(
        clippy::indexing_slicing,
        reason = "a position is made by its list alone, so it exists"
    )]
    fn index(&self, key: K) -> &T {
        &self.items[key.index()]
    }
}

impl<K: Position, T> IndexMut<K> for List<K, T> {
    #[expect(
        clippy::indexing_slicing,
        reason = "a position is made by its list alone, so it exists"
    )]
    fn index_mut(&mut self, key: K) -> &mut T {
        &mut self.items[key.index()]
    }
}

/// A list whose freed places are used again, with whatever memory they hold.
#[derive(Clone, Debug)]
pub(crate) struct Slab<K, T> {
    items: List<K, T>,
    free: Vec<K>,
}

impl<K, T> Default for Slab<K, T> {
    fn default() -> Self {
        Self {
            items: List::default(),
            free: Vec::new(),
        }
    }
}

impl<K: Position, T: Default> Slab<K, T> {
    /// A place for a new item; what lies there is as its last holder left it.
    pub(crate) fn take(&mut self) -> K {
        match self.free.pop() {
            Some(key) => key,
            None => self.items.push(T::default()),
        }
    }

    pub(crate) fn free(&mut self, key: K) {
        self.free.push(key);
    }

    /// All places, freed ones too.
    pub(crate) fn keys(&self) -> impl Iterator<Item = K> + use<K, T> {
        self.items.keys()
    }

    /// How many places there are.
    pub(crate) fn places(&self) -> usize {
        self.items.len()
    }
}

impl<K: Position, T> Index<K> for Slab<K, T> {
    type Output = T;

    fn index(&self, key: K) -> &T {
        &self.items[key]
    }
}

impl<K: Position, T> IndexMut<K> for Slab<K, T> {
    fn index_mut(&mut self, key: K) -> &mut T {
        &mut self.items[key]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    positions! { Place; }

    #[test]
    fn a_freed_place_is_used_again_before_the_slab_grows() {
        let mut slab: Slab<Place, String> = Slab::default();
        let one = slab.take();
        let two = slab.take();
        slab[two].push_str("two");
        slab.free(one);
        assert_eq!(slab.take(), one);
        assert_eq!(slab.places(), 2);
        assert_eq!(slab[two], "two");
    }
}
