//! Proofs that an entry is in a tree, and that a tree only grew. Made as RFC 6962 defines them, verified as RFC 9162,
//! sections 2.1.3.2 and 2.1.4.2, describes.

use super::frontier::root_of;
use super::hash::{Hash, node_hash};

/// Proves that the leaf at `index` is in the tree over `leaves`; `None` when there is no such leaf.
///
/// Computes about as many hashes as there are leaves; the proof holds one for each level of the tree.
pub fn inclusion_proof(leaves: &[Hash], index: u64) -> Option<Vec<Hash>> {
    let index = usize::try_from(index).ok()?;
    let mut path = Vec::new();
    inclusion(leaves, index, &mut path)?;
    Some(path)
}

fn inclusion(leaves: &[Hash], index: usize, path: &mut Vec<Hash>) -> Option<()> {
    if leaves.len() < 2 {
        return (index < leaves.len()).then_some(());
    }
    let (left, right) = leaves.split_at_checked(half(leaves.len()))?;
    if index < left.len() {
        inclusion(left, index, path)?;
        path.push(root_of(right.iter().copied()));
    } else {
        inclusion(right, index - left.len(), path)?;
        path.push(root_of(left.iter().copied()));
    }
    Some(())
}

/// Proves that the tree over `leaves` begins with that over its first `older` ones; `None` when there are fewer.
///
/// Computes about as many hashes as there are leaves.
pub fn consistency_proof(leaves: &[Hash], older: u64) -> Option<Vec<Hash>> {
    let older = usize::try_from(older).ok()?;
    let mut path = Vec::new();
    if older > leaves.len() {
        return None;
    }
    if older > 0 {
        consistency(leaves, older, true, &mut path)?;
    }
    Some(path)
}

/// `known` says that the verifier has the root of these leaves already, since the older tree is just them.
fn consistency(leaves: &[Hash], older: usize, known: bool, path: &mut Vec<Hash>) -> Option<()> {
    if older == leaves.len() {
        if !known {
            path.push(root_of(leaves.iter().copied()));
        }
        return Some(());
    }
    let (left, right) = leaves.split_at_checked(half(leaves.len()))?;
    if older <= left.len() {
        consistency(left, older, known, path)?;
        path.push(root_of(right.iter().copied()));
    } else {
        consistency(right, older - left.len(), false, path)?;
        path.push(root_of(left.iter().copied()));
    }
    Some(())
}

/// Whether `proof` shows that `leaf` stands at `index` in the tree of `size` leaves with this root.
pub fn verify_inclusion(leaf: Hash, index: u64, size: u64, proof: &[Hash], root: Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut place, mut last, mut hash) = (index, size - 1, leaf);
    for &other in proof {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            hash = node_hash(other, hash);
            // A node without a right side is its left side: those levels have no hash of their own.
            let skip = place.trailing_zeros();
            (place, last) = (place >> skip, last >> skip);
        } else {
            hash = node_hash(hash, other);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    last == 0 && hash == root
}

/// Whether `proof` shows that the tree of `size` leaves with `root` begins with that of `older` leaves with
/// `older_root`.
pub fn verify_consistency(older: (u64, Hash), newer: (u64, Hash), proof: &[Hash]) -> bool {
    let ((older, older_root), (size, root)) = (older, newer);
    if older > size {
        return false;
    }
    if older == 0 {
        return proof.is_empty() && older_root == Hash::of_nothing();
    }
    if older == size {
        return proof.is_empty() && older_root == root;
    }
    // A whole older tree is itself the first node, and the verifier has it.
    let first = older.is_power_of_two().then_some(older_root);
    let mut path = first.into_iter().chain(proof.iter().copied());
    let Some(start) = path.next() else {
        return false;
    };
    let skip = (older - 1).trailing_ones();
    let (mut place, mut last) = ((older - 1) >> skip, (size - 1) >> skip);
    let (mut before, mut after) = (start, start);
    for other in path {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            before = node_hash(other, before);
            after = node_hash(other, after);
            let skip = place.trailing_zeros();
            (place, last) = (place >> skip, last >> skip);
        } else {
            after = node_hash(after, other);
        }
        (place, last) = (place >> 1, last >> 1);
    }
    last == 0 && before == older_root && after == root
}

/// The largest power of two below `count`, which is at least 2.
fn half(count: usize) -> usize {
    1 << (count - 1).ilog2()
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::{consistency_proof, inclusion_proof, verify_consistency, verify_inclusion};
    use crate::merkle::{Hash, leaf_hash, node_hash, root_of};

    /// The definition of RFC 6962, section 2.1, word by word.
    pub(crate) fn naive_root(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Hash::of_nothing(),
            [leaf] => *leaf,
            _ => {
                let mut k = 1;
                while k * 2 < leaves.len() {
                    k *= 2;
                }
                node_hash(naive_root(&leaves[..k]), naive_root(&leaves[k..]))
            }
        }
    }

    fn leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
    }

    /// The tree of RFC 6962, section 2.1.3, with the letters that it gives the nodes.
    fn letter(name: char) -> Hash {
        let d = leaves(7);
        let pair = |one, two| node_hash(letter(one), letter(two));
        match name {
            'a'..='f' => d[name as usize - 'a' as usize],
            'j' => d[6],
            'g' => pair('a', 'b'),
            'h' => pair('c', 'd'),
            'i' => pair('e', 'f'),
            'k' => pair('g', 'h'),
            _ => pair('i', 'j'),
        }
    }

    fn letters(names: &str) -> Vec<Hash> {
        names.chars().map(letter).collect()
    }

    #[test]
    fn the_worked_example_of_the_rfc_gives_its_inclusion_proofs() {
        let leaves = leaves(7);
        for (index, path) in [(0, "bhl"), (3, "cgl"), (4, "fjk"), (6, "ik")] {
            assert_eq!(
                inclusion_proof(&leaves, index),
                Some(letters(path)),
                "d{index}"
            );
        }
    }

    #[test]
    fn the_worked_example_of_the_rfc_gives_its_consistency_proofs() {
        let leaves = leaves(7);
        for (older, path) in [(3, "cdgl"), (4, "l"), (6, "ijk")] {
            assert_eq!(
                consistency_proof(&leaves, older),
                Some(letters(path)),
                "{older}"
            );
        }
    }

    #[test]
    fn every_leaf_of_every_small_tree_is_proved_at_its_own_place_only() {
        for size in 1..=33 {
            let leaves = leaves(size);
            let root = naive_root(&leaves);
            for (index, leaf) in (0..).zip(&leaves) {
                let proof = inclusion_proof(&leaves, index).unwrap();
                for place in 0..=size {
                    let shown = verify_inclusion(*leaf, place, size, &proof, root);
                    assert_eq!(shown, place == index, "{index} of {size} at {place}");
                }
            }
            assert_eq!(inclusion_proof(&leaves, size), None);
        }
    }

    #[test]
    fn every_small_tree_is_proved_to_begin_with_every_smaller_one() {
        for size in 0..=33 {
            let leaves = leaves(size);
            let root = naive_root(&leaves);
            for older in 0..=size {
                let proof = consistency_proof(&leaves, older).unwrap();
                let start = naive_root(&leaves[..older as usize]);
                assert!(
                    verify_consistency((older, start), (size, root), &proof),
                    "{older} of {size}"
                );
                let wrong = leaf_hash(b"another");
                assert!(!verify_consistency((older, wrong), (size, root), &proof));
                assert!(older == 0 || !verify_consistency((older, start), (size, wrong), &proof));
            }
            assert_eq!(consistency_proof(&leaves, size + 1), None);
        }
    }

    proptest! {
        #[test]
        fn a_changed_proof_proves_nothing(size in 2_u64..400, pick in any::<(u64, usize, u8)>()) {
            let leaves = leaves(size);
            let root = root_of(leaves.iter().copied());
            let index = pick.0 % size;
            let mut proof = inclusion_proof(&leaves, index).unwrap();
            prop_assert!(verify_inclusion(leaves[index as usize], index, size, &proof, root));
            let place = pick.1 % proof.len();
            let mut bytes = *proof[place].bytes();
            bytes[usize::from(pick.2) % 32] ^= 1;
            proof[place] = Hash::from_bytes(bytes);
            prop_assert!(!verify_inclusion(leaves[index as usize], index, size, &proof, root));
        }

        #[test]
        fn a_proof_with_a_hash_too_many_or_too_few_proves_nothing(size in 2_u64..400, older in any::<u64>()) {
            let leaves = leaves(size);
            let older = older % (size - 1) + 1;
            let (start, root) = (root_of(leaves[..older as usize].iter().copied()), root_of(leaves.iter().copied()));
            let mut proof = consistency_proof(&leaves, older).unwrap();
            prop_assert!(verify_consistency((older, start), (size, root), &proof));
            proof.push(root);
            prop_assert!(!verify_consistency((older, start), (size, root), &proof));
            proof.truncate(proof.len() - 2);
            prop_assert!(!verify_consistency((older, start), (size, root), &proof));
        }
    }
}
