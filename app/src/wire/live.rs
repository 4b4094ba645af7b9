//! What the server tells an open page about a connection, so that it looks again when that has changed.

use super::api::Connection;
use crate::domain::connection::Permissions;

/// The name of the event that tells a mark.
pub const CONNECTION: &str = "connection";
/// The name of the last event of somebody whose session has ended: there is no use in coming back.
pub const OVER: &str = "over";

/// A mark of all that pages show of a connection: another one, another picture. 16 hexadecimal digits, FNV-1a; it keeps nothing secret and
/// need not, since all of it stands on the page.
pub fn mark(connection: &Connection, trouble: Option<&str>) -> String {
    let Permissions { coupons, promotion_codes, checkout_sessions, prices, webhooks } = connection.permissions;
    let parts = [
        Some(connection.status.as_str()),
        connection.method.as_deref(),
        connection.account.as_deref(),
        connection.key_hint.as_deref(),
        trouble,
        Some(coupons.as_str()),
        Some(promotion_codes.as_str()),
        Some(checkout_sessions.as_str()),
        Some(prices.as_str()),
        Some(webhooks.as_str()),
    ];
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    // Neither byte occurs in UTF-8: no two lists of parts are written alike.
    for part in parts {
        for byte in part.map_or(&[0xfe_u8][..], str::as_bytes).iter().chain(&[0xff]) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}

/// The data of the event: the mark, and the connection's generation, which grows also where the new one looks like the old.
pub fn data(mark: &str, generation: i64) -> String {
    format!("{mark}.{generation}")
}

/// The mark in an event's data.
pub fn mark_in(data: &str) -> &str {
    data.split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_counts() {
        let plain = Connection {
            object: "connection".into(),
            method: None,
            livemode: false,
            status: "disconnected".into(),
            account: None,
            key_hint: None,
            permissions: Permissions::default(),
        };
        let with = |change: fn(&mut Connection)| {
            let mut changed = plain.clone();
            change(&mut changed);
            mark(&changed, None)
        };
        let marks = [
            mark(&plain, None),
            mark(&plain, Some("")),
            mark(&plain, Some("Uninstalled.")),
            with(|c| c.status = "connected".into()),
            with(|c| c.method = Some("stripe_app".into())),
            with(|c| c.account = Some("stripe_app".into())),
            with(|c| c.key_hint = Some("stripe_app".into())),
            with(|c| c.permissions.prices = crate::domain::connection::Access::Read),
            with(|c| c.permissions.coupons = crate::domain::connection::Access::Read),
        ];
        let different: std::collections::HashSet<_> = marks.iter().collect();
        assert_eq!(different.len(), marks.len());
        assert_eq!(mark(&plain, None), mark(&plain.clone(), None));
        assert_eq!(mark_in(&data(&marks[0], 7)), marks[0]);
        assert_eq!(marks[0].len(), 16);
    }
}
