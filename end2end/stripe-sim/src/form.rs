//! Form-encoded parameters with brackets, as a tree: `line_items[0][price]`, `metadata[k]`, `expand[]`.

use url::form_urlencoded;

use crate::error::{ApiError, ApiResult};

/// A parameter's value before its type is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    /// `a=b`
    Text(String),
    /// `a[]=b`
    List(Vec<Node>),
    /// `a[b]=c`, in the order sent
    Map(Vec<(String, Node)>),
}

/// The pairs of a query or a body, decoded, in the order sent.
pub(crate) fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(encoded).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// The tree that the pairs make. The root is always a map.
pub(crate) fn tree(pairs: &[(String, String)]) -> ApiResult<Node> {
    let mut root = Node::Map(Vec::new());
    for (name, value) in pairs {
        insert(&mut root, &segments(name)?, name, value)?;
    }
    Ok(root)
}

fn malformed(name: &str) -> ApiError {
    ApiError::invalid(format!(
        "Invalid request parameters: '{name}' does not fit the other parameters. (check that your brackets are balanced)"
    ))
}

/// `a[b][]` is `a`, `b`, and the empty name of "one more".
fn segments(name: &str) -> ApiResult<Vec<&str>> {
    let Some(open) = name.find('[') else { return Ok(vec![name]) };
    let (head, mut rest) = name.split_at(open);
    let mut found = vec![head];
    while !rest.is_empty() {
        let inner = rest.strip_prefix('[').ok_or_else(|| malformed(name))?;
        let (segment, after) = inner.split_once(']').ok_or_else(|| malformed(name))?;
        found.push(segment);
        rest = after;
    }
    // Six levels are deeper than anything Stripe has; more would only serve to exhaust the stack.
    if head.is_empty() || found.len() > 8 { Err(malformed(name)) } else { Ok(found) }
}

fn insert(node: &mut Node, path: &[&str], name: &str, value: &str) -> ApiResult<()> {
    let Some((first, rest)) = path.split_first() else { return Ok(()) };
    if first.is_empty() {
        // An empty map is a place that was only just made.
        if matches!(node, Node::Map(entries) if entries.is_empty()) {
            *node = Node::List(Vec::new());
        }
        let Node::List(items) = node else { return Err(malformed(name)) };
        let mut item = place(rest);
        fill(&mut item, rest, name, value)?;
        items.push(item);
        return Ok(());
    }
    let Node::Map(entries) = node else { return Err(malformed(name)) };
    let at = entries.iter().position(|(known, _)| known == first).unwrap_or_else(|| {
        entries.push(((*first).to_owned(), place(rest)));
        entries.len() - 1
    });
    fill(&mut entries[at].1, rest, name, value)
}

fn place(rest: &[&str]) -> Node {
    if rest.is_empty() { Node::Text(String::new()) } else { Node::Map(Vec::new()) }
}

fn fill(node: &mut Node, rest: &[&str], name: &str, value: &str) -> ApiResult<()> {
    if !rest.is_empty() {
        return insert(node, rest, name, value);
    }
    let Node::Text(text) = node else { return Err(malformed(name)) };
    value.clone_into(text);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Node {
        Node::Text(value.to_owned())
    }

    fn parse(encoded: &str) -> ApiResult<Node> {
        tree(&pairs(encoded.as_bytes()))
    }

    #[test]
    fn brackets_nest() {
        let expected = Node::Map(vec![
            (
                "line_items".into(),
                Node::Map(vec![(
                    "0".into(),
                    Node::Map(vec![("price".into(), text("p 1")), ("quantity".into(), text("2"))]),
                )]),
            ),
            ("expand".into(), Node::List(vec![text("a"), text("b")])),
        ]);
        let encoded = "line_items%5B0%5D%5Bprice%5D=p+1&line_items[0][quantity]=2&expand[]=a&expand[]=b";
        assert_eq!(parse(encoded).unwrap(), expected);
    }

    #[test]
    fn contradictions_are_refused() {
        for encoded in
            ["a=1&a[b]=2", "a[b]=2&a=1", "a[b=2", "a[]=1&a[b]=2", "[a]=1", "a[b]c=1", "a[1][2][3][4][5][6][7][8]=1"]
        {
            assert!(parse(encoded).is_err(), "{encoded}");
        }
    }

    #[test]
    fn the_last_of_two_wins() {
        assert_eq!(parse("a=1&a=2").unwrap(), Node::Map(vec![("a".into(), text("2"))]));
    }
}
