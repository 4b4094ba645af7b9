//! Redemptions of owners' own checkouts: held, confirmed, released, lapsed; and the lists of all.
