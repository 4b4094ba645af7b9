//! What people do besides the API: they pay, leave, and click in the Dashboard. And what a test can look at.

use std::fmt;

use serde::Serialize;

use crate::{
    Sim,
    auth::AccountId,
    coupon::Coupon,
    exchange::Exchange,
    log::RequestRecord,
    params::{Expand, Metadata},
    promotion_code::PromotionCode,
    session::{Session, SessionStatus},
    state::State,
    world::World,
};

/// Why somebody could not do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// There is no such thing in any account.
    NotFound,
    /// The session has been completed or has expired.
    NotOpen,
    /// The promotion code cannot be redeemed for this session.
    CodeInvalid,
    /// Another active promotion code has the same text.
    Taken,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "no such object",
            Self::NotOpen => "the session is no longer open",
            Self::CodeInvalid => "this code is invalid",
            Self::Taken => "an active promotion code with this text already exists",
        })
    }
}

impl std::error::Error for Refused {}

/// How many objects there are in all accounts and modes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Those that were not deleted.
    pub coupons: usize,
    /// All of them.
    pub promotion_codes: usize,
    /// All of them.
    pub sessions: usize,
    /// Sessions that can still be paid.
    pub open_sessions: usize,
    /// Sessions that were completed.
    pub complete_sessions: usize,
    /// Sessions that ended otherwise.
    pub expired_sessions: usize,
    /// Calls of the API, as far as they are remembered.
    pub requests: usize,
}

/// Sessions are looked for everywhere: their ids are unique.
pub(crate) fn with_session<T>(
    state: &mut State,
    id: &str,
    act: impl FnOnce(&mut World, i64) -> T,
) -> Result<T, Refused> {
    let now = state.clock.now();
    let world = state.worlds.values_mut().find(|world| world.sessions.get(id).is_some()).ok_or(Refused::NotFound)?;
    Ok(act(world, now))
}

impl Sim {
    /// The session's time ends now, as by the API.
    pub fn expire_session(&self, id: &str) -> Result<Session, Refused> {
        let done = with_session(&mut self.lock(), id, |world, now| {
            let session = world.sessions.get_mut(id).filter(|session| session.status_at(now) == SessionStatus::Open);
            let session = session.ok_or(Refused::NotOpen)?;
            session.status = SessionStatus::Expired;
            let seen = session.seen_at(now);
            let object = seen.json(world, now, &Expand::default());
            world.happened("checkout.session.expired", now, object);
            Ok(seen)
        })?;
        self.tell();
        done
    }

    /// A customer types a promotion code on the hosted page.
    pub fn enter_promotion_code(&self, id: &str, text: &str) -> Result<Session, Refused> {
        with_session(&mut self.lock(), id, |world, now| {
            let mut session = world.sessions.get(id).ok_or(Refused::NotFound)?.clone();
            if session.status_at(now) != SessionStatus::Open {
                return Err(Refused::NotOpen);
            }
            let code = world.active_by_text(text.trim(), now).ok_or(Refused::CodeInvalid)?;
            let coupon = world.coupon(&code.promotion.coupon).ok_or(Refused::CodeInvalid)?;
            let currency = session.currency.clone().unwrap_or_default();
            let subtotal = session.amount_subtotal.unwrap_or_default();
            let fits = session.allow_promotion_codes == Some(true)
                && crate::discount::refused(code, &currency, subtotal).is_none()
                && session.apply(coupon, Some(&code.id));
            if !fits {
                return Err(Refused::CodeInvalid);
            }
            let seen = session.seen_at(now);
            if let Some(stored) = world.sessions.get_mut(id) {
                *stored = session;
            }
            Ok(seen)
        })?
    }

    /// The owner deletes a coupon in the Dashboard. Of several with this id, the first account's, test mode first.
    pub fn delete_coupon(&self, id: &str) -> Result<(), Refused> {
        self.change_coupon(id, "coupon.deleted", |coupon| coupon.deleted = true)
    }

    /// The owner edits what can be edited: the name, and single entries of the metadata (an empty one goes).
    pub fn edit_coupon(&self, id: &str, name: Option<&str>, metadata: &[(&str, &str)]) -> Result<(), Refused> {
        self.change_coupon(id, "coupon.updated", |coupon| {
            if let Some(name) = name {
                coupon.name = Some(name.to_owned());
            }
            let mut merged = Metadata::clone(&coupon.metadata);
            for (key, value) in metadata {
                if value.is_empty() {
                    merged.remove(*key);
                } else {
                    merged.insert((*key).to_owned(), (*value).to_owned());
                }
            }
            coupon.metadata = merged;
        })
    }

    /// Makes another coupon of this one under the same id, as if it had been deleted and made anew: for tests of
    /// "found, but different".
    pub fn replace_coupon_terms(&self, id: &str, change: impl FnOnce(&mut Coupon)) -> Result<(), Refused> {
        self.change_coupon(id, "coupon.updated", change)
    }

    fn change_coupon(&self, id: &str, kind: &'static str, change: impl FnOnce(&mut Coupon)) -> Result<(), Refused> {
        let mut state = self.lock();
        let now = state.clock.now();
        let world = state.worlds.values_mut().find(|world| world.coupon(id).is_some()).ok_or(Refused::NotFound)?;
        let coupon = world.coupons.get_mut(id).ok_or(Refused::NotFound)?;
        let before = coupon.json(now, &Expand::default());
        change(coupon);
        let after = coupon.json(now, &Expand::default());
        match kind {
            "coupon.updated" => world.updated(kind, now, &before, after),
            _ => world.happened(kind, now, after),
        }
        drop(state);
        self.tell();
        Ok(())
    }

    /// The owner switches a promotion code on or off in the Dashboard, by its id.
    pub fn set_promotion_code_active(&self, id: &str, active: bool) -> Result<(), Refused> {
        let mut state = self.lock();
        let now = state.clock.now();
        let has_it = |world: &&mut World| world.promotion_codes.get(id).is_some();
        let world = state.worlds.values_mut().find(has_it).ok_or(Refused::NotFound)?;
        let seen = |world: &World| world.promotion_codes.get(id).map(|code| code.json(world, now, &Expand::default()));
        let before = seen(world);
        let text = world.promotion_codes.get(id).map(|code| code.code.clone()).unwrap_or_default();
        if active && world.active_by_text(&text, now).is_some_and(|holder| holder.id != id) {
            return Err(Refused::Taken);
        }
        if let Some(code) = world.promotion_codes.get_mut(id) {
            code.active = active;
        }
        if let (Some(before), Some(after)) = (before, seen(world)) {
            world.updated("promotion_code.updated", now, &before, after);
        }
        drop(state);
        self.tell();
        Ok(())
    }

    // Looking.

    /// Every account.
    pub fn accounts(&self) -> Vec<AccountId> {
        self.lock().accounts.iter().cloned().collect()
    }

    /// Every account, and what it is called.
    pub fn named_accounts(&self) -> Vec<(AccountId, String)> {
        let state = self.lock();
        state.accounts.iter().map(|account| (account.clone(), state.name_of(account).to_owned())).collect()
    }

    /// The coupons of all accounts and modes that were not deleted, oldest first within each.
    pub fn coupons(&self) -> Vec<Coupon> {
        self.collect(|_| true, coupons_of)
    }

    /// The coupons of one account in one mode.
    pub fn coupons_in(&self, account: &AccountId, livemode: bool) -> Vec<Coupon> {
        self.collect(|(known, mode)| known == account && *mode == livemode, coupons_of)
    }

    /// The promotion codes of all accounts and modes, oldest first within each.
    pub fn promotion_codes(&self) -> Vec<PromotionCode> {
        self.collect(|_| true, codes_of)
    }

    /// The promotion codes of one account in one mode.
    pub fn promotion_codes_in(&self, account: &AccountId, livemode: bool) -> Vec<PromotionCode> {
        self.collect(|(known, mode)| known == account && *mode == livemode, codes_of)
    }

    /// The sessions of all accounts and modes as they are at this moment, oldest first within each.
    pub fn sessions(&self) -> Vec<Session> {
        self.collect(|_| true, sessions_of)
    }

    /// The sessions of one account in one mode.
    pub fn sessions_in(&self, account: &AccountId, livemode: bool) -> Vec<Session> {
        self.collect(|(known, mode)| known == account && *mode == livemode, sessions_of)
    }

    /// One session, of whichever account.
    pub fn session(&self, id: &str) -> Option<Session> {
        let state = self.lock();
        let now = state.clock.now();
        state.worlds.values().find_map(|world| world.sessions.get(id)).map(|session| session.seen_at(now))
    }

    fn collect<T>(&self, wanted: impl Fn(&(AccountId, bool)) -> bool, read: impl Fn(&World, i64) -> Vec<T>) -> Vec<T> {
        let state = self.lock();
        let now = state.clock.now();
        state.worlds.iter().filter(|(key, _)| wanted(key)).flat_map(|(_, world)| read(world, now)).collect()
    }

    /// Every call that is remembered, oldest first.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.lock().log.records().cloned().collect()
    }

    /// How many calls there were with this method and start of a path, whatever became of them.
    pub fn request_count(&self, method: &str, path_prefix: &str) -> usize {
        let fits = |record: &&RequestRecord| record.method == method && record.path.starts_with(path_prefix);
        self.lock().log.records().filter(fits).count()
    }

    /// Forgets the calls so far, so that a test can look at what comes.
    pub fn clear_requests(&self) {
        self.lock().log.clear();
    }

    /// From now on whole exchanges are kept, for whoever judges them.
    pub fn record_exchanges(&self) {
        self.lock().recorder.start();
    }

    /// The exchanges that were kept, in the order in which they began.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.lock().recorder.all()
    }

    /// How many of everything there are.
    pub fn counts(&self) -> Counts {
        let state = self.lock();
        let now = state.clock.now();
        let mut counts = Counts { requests: state.log.records().count(), ..Counts::default() };
        for world in state.worlds.values() {
            counts.coupons += world.coupons.iter().filter(|coupon| !coupon.deleted).count();
            counts.promotion_codes += world.promotion_codes.iter().count();
            for session in world.sessions.iter() {
                counts.sessions += 1;
                match session.status_at(now) {
                    SessionStatus::Open => counts.open_sessions += 1,
                    SessionStatus::Complete => counts.complete_sessions += 1,
                    SessionStatus::Expired => counts.expired_sessions += 1,
                }
            }
        }
        counts
    }
}

fn coupons_of(world: &World, now: i64) -> Vec<Coupon> {
    world.coupons.iter().filter(|coupon| !coupon.deleted).map(|coupon| coupon.seen_at(now)).collect()
}

fn codes_of(world: &World, now: i64) -> Vec<PromotionCode> {
    world.promotion_codes.iter().map(|code| code.seen_at(world, now)).collect()
}

fn sessions_of(world: &World, now: i64) -> Vec<Session> {
    world.sessions.iter().map(|session| session.seen_at(now)).collect()
}
