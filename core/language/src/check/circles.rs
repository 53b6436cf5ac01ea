//! Circles in a graph.

/// The groups of nodes that lead back to themselves, in order of their first nodes. `edges` lists, for each node,
/// those it leads to; an edge to a node that does not exist leads nowhere.
///
/// Tarjan's strongly connected components, without recursion, so that a long chain does not exhaust the stack.
pub(super) fn circles(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut walk = Walk {
        order: vec![None; edges.len()],
        low: vec![0; edges.len()],
        open: vec![false; edges.len()],
        stack: Vec::new(),
        next: 0,
        found: Vec::new(),
    };
    for node in 0..edges.len() {
        if walk.order.get(node) == Some(&None) {
            walk.from(node, edges);
        }
    }
    walk.found.retain(|group| {
        group.len() > 1
            || group.first().is_some_and(|node| {
                edges
                    .get(*node)
                    .is_some_and(|targets| targets.contains(node))
            })
    });
    for group in &mut walk.found {
        group.sort_unstable();
    }
    walk.found.sort();
    walk.found
}

struct Walk {
    order: Vec<Option<usize>>,
    low: Vec<usize>,
    open: Vec<bool>,
    stack: Vec<usize>,
    next: usize,
    found: Vec<Vec<usize>>,
}

impl Walk {
    fn from(&mut self, root: usize, edges: &[Vec<usize>]) {
        let mut path: Vec<(usize, usize)> = Vec::new();
        self.enter(root, &mut path);
        while let Some((node, edge)) = path.last().copied() {
            let target = edges.get(node).and_then(|targets| targets.get(edge));
            let Some(target) = target.copied() else {
                path.pop();
                self.leave(node, path.last().map(|(parent, _)| *parent));
                continue;
            };
            if let Some(top) = path.last_mut() {
                top.1 += 1;
            }
            match self.order.get(target) {
                Some(None) => self.enter(target, &mut path),
                Some(Some(order)) if self.open.get(target) == Some(&true) => {
                    let order = *order;
                    self.lower(node, order);
                }
                _ => {}
            }
        }
    }

    fn enter(&mut self, node: usize, path: &mut Vec<(usize, usize)>) {
        if let (Some(order), Some(low), Some(open)) = (
            self.order.get_mut(node),
            self.low.get_mut(node),
            self.open.get_mut(node),
        ) {
            (*order, *low, *open) = (Some(self.next), self.next, true);
        }
        self.next += 1;
        self.stack.push(node);
        path.push((node, 0));
    }

    fn lower(&mut self, node: usize, to: usize) {
        if let Some(low) = self.low.get_mut(node) {
            *low = (*low).min(to);
        }
    }

    /// All that `node` leads to has been walked: if nothing led further back, its group is complete.
    fn leave(&mut self, node: usize, parent: Option<usize>) {
        let low = self.low.get(node).copied().unwrap_or_default();
        if let Some(parent) = parent {
            self.lower(parent, low);
        }
        if self.order.get(node).copied().flatten() != Some(low) {
            return;
        }
        let mut group = Vec::new();
        while let Some(member) = self.stack.pop() {
            if let Some(open) = self.open.get_mut(member) {
                *open = false;
            }
            group.push(member);
            if member == node {
                break;
            }
        }
        self.found.push(group);
    }
}

#[cfg(test)]
mod tests {
    use super::circles;

    #[test]
    fn what_leads_back_to_itself_is_a_circle_and_what_only_leads_there_is_none() {
        let edges = vec![vec![1], vec![2], vec![1], vec![3], vec![0, 9]];
        assert_eq!(circles(&edges), vec![vec![1, 2], vec![3]]);
    }

    #[test]
    fn a_long_chain_is_walked_without_a_fall() {
        let edges: Vec<Vec<usize>> = (0..200_000).map(|node| vec![node + 1]).collect();
        assert!(circles(&edges).is_empty());
    }
}
