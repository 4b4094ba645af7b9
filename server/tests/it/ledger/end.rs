//! The owner ends an open checkout: what Stripe says is what is counted.

use super::{buy, found, page, spring, told};
use crate::harness::{CONNECTION, FOUR, World, all, on_both_engines, until};
use app::backend::{LedgerBackend, Viewer};
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};
use app::domain::redemption::State;
use app::wire::ledger::{RedemptionView, Topic};
use stripe_sim::SessionStatus;

mod alone {
    use super::*;
    on_both_engines!(
        an_open_one_is_ended,
        one_that_was_paid_meanwhile_is_counted,
        one_that_ended_meanwhile_is_released,
        what_stripe_cannot_do_changes_nothing,
        what_stripe_has_no_more_is_ended,
        a_hold_of_an_own_checkout,
        a_form_without_scripts,
    );
}
mod beside {
    use super::*;
    on_both_engines!(with working; ending_and_paying_at_once_has_one_outcome);
}

async fn end(w: &World, redemption: &str) -> Result<RedemptionView, Problem> {
    LedgerBackend::end_checkout(&w.services, &w.owner(), Mode::Test, redemption).await
}

fn way(view: &RedemptionView) -> Vec<String> {
    view.way.iter().map(|step| step.words.clone()).collect()
}

async fn an_open_one_is_ended(w: &World) {
    let id = spring(w).await;
    let (session, redemption) = buy(w).await;
    w.advance(1);
    let view = end(w, &redemption).await.unwrap();
    assert_eq!((view.redemption.state, view.can_end), (State::Released, false));
    assert_eq!(way(&view), ["Held for a checkout", "You ended the checkout"]);
    assert_eq!((w.counts(&id).await, w.sim.session(&session).unwrap().status), ((0, 0), SessionStatus::Expired));
    let rows = page(w, Some(Topic::Codes)).await.rows;
    assert_eq!(rows[0].words, "An open checkout with SPRING was ended by the owner, and its redemption is free again.");
    // Once more: it is told how it stands, and nobody is asked.
    w.sim.clear_requests();
    let again = end(w, &redemption).await.unwrap();
    assert_eq!((again, w.sim.counts().requests), (view, 0));
    assert_eq!(told(w, Some(Topic::Codes)).await.len(), rows.len());
    // Somebody else's does not exist.
    let theirs = w.services.create_workspace("other@example.com", "other", Mode::Test).await.unwrap();
    let (_, mine) = buy(w).await;
    let other = Viewer { workspace_id: theirs.workspace.as_str().to_owned(), ..w.owner() };
    for (viewer, mode) in [(&other, Mode::Test), (&w.owner(), Mode::Live)] {
        let refused = LedgerBackend::end_checkout(&w.services, viewer, mode, &mine).await.unwrap_err();
        assert_eq!((refused.code, refused.message), (Code::ResourceMissing, format!("No such redemption: '{mine}'")));
        let page = LedgerBackend::activity(&w.services, viewer, mode, Default::default()).await.unwrap();
        let ours = page.rows.iter().filter(|row| row.words.contains("SPRING")).count();
        assert_eq!((ours, page.ledger), (0, None));
        let checked = LedgerBackend::check_ledger(&w.services, viewer, mode).await.unwrap();
        assert_eq!((checked.codes, checked.sessions), (0, 0));
    }
    assert_eq!(w.counts(&id).await, (1, 0));
}

async fn one_that_was_paid_meanwhile_is_counted(w: &World) {
    let id = spring(w).await;
    let (session, redemption) = buy(w).await;
    w.sim.complete_session(&session).unwrap();
    let view = end(w, &redemption).await.unwrap();
    assert_eq!(way(&view), ["Held for a checkout", "Paid"]);
    assert_eq!((w.counts(&id).await, view.redemption.state), ((0, 1), State::Redeemed));
    assert!(told(w, Some(Topic::Codes)).await.iter().all(|words| !words.contains("ended")));
}

async fn one_that_ended_meanwhile_is_released(w: &World) {
    let id = spring(w).await;
    let (session, redemption) = buy(w).await;
    w.sim.expire_session(&session).unwrap();
    let view = end(w, &redemption).await.unwrap();
    assert_eq!(way(&view), ["Held for a checkout", "The checkout ended unpaid"]);
    assert_eq!((w.counts(&id).await, view.redemption.state), ((0, 0), State::Released));
}

async fn what_stripe_cannot_do_changes_nothing(w: &World) {
    let id = spring(w).await;
    let (session, redemption) = buy(w).await;
    let stands = async |why: &str| {
        assert_eq!(w.counts(&id).await, (1, 0), "{why}");
        assert_eq!(w.sim.session(&session).unwrap().status, SessionStatus::Open, "{why}");
    };
    w.sim.set_down(true);
    let away = end(w, &redemption).await.unwrap_err();
    assert_eq!(away.code, Code::StripeUnavailable);
    assert!(away.message.contains("stays held") && away.retry_after.is_some(), "{}", away.message);
    w.sim.set_down(false);
    stands("away").await;
    w.sim.set_key_permissions(&w.stripe_key, &FOUR);
    for known in [false, true] {
        w.sim.clear_requests();
        let refused = end(w, &redemption).await.unwrap_err();
        assert_eq!(refused.code, Code::StripePermissionMissing, "{}", refused.message);
        assert_eq!(refused.missing, ["checkout_session_write"]);
        assert_eq!(w.sim.counts().requests == 0, known, "what is known to be missing is not tried");
    }
    stands("without the permission").await;
    w.delete(CONNECTION).await.expect(200);
    assert_eq!(end(w, &redemption).await.unwrap_err().code, Code::StripeNotConnected);
    stands("not connected").await;
    let other = w.sim.add_account("acct_1Other");
    w.connect_account(&other, &crate::harness::ALL).await;
    let elsewhere = end(w, &redemption).await.unwrap_err();
    assert_eq!(elsewhere.code, Code::RedemptionOfCheckout);
    assert!(elsewhere.message.contains("another account"), "{}", elsewhere.message);
    stands("another account").await;
    // The checkout is being made.
    w.database.execute("UPDATE checkouts SET step = 'intent'").await;
    let making = end(w, &redemption).await.unwrap_err();
    assert!(making.message.contains("being made"), "{}", making.message);
    w.database.execute("UPDATE checkouts SET step = 'open'").await;
    assert_eq!(found(w).await, Vec::<String>::new());
}

/// The owner deleted all test data.
async fn what_stripe_has_no_more_is_ended(w: &World) {
    let id = spring(w).await;
    let (_, redemption) = buy(w).await;
    w.sim.expire_session(&w.sim.sessions()[0].id).unwrap();
    w.database.execute("UPDATE checkouts SET session_id = 'cs_test_gone'").await;
    // Another key of the same account says the same.
    w.connect(&crate::harness::ALL).await;
    let view = end(w, &redemption).await.unwrap();
    assert_eq!((view.redemption.state, view.can_end), (State::Released, false));
    assert_eq!(way(&view), ["Held for a checkout", "You ended the checkout"]);
    assert_eq!(w.counts(&id).await, (0, 0));
    assert_eq!(w.database.lines("SELECT step FROM checkouts").await, ["unverified"]);
    assert_eq!(found(w).await, Vec::<String>::new());
}

async fn a_hold_of_an_own_checkout(w: &World) {
    let id = spring(w).await;
    let (_, redemption) = buy(w).await;
    w.database.execute("UPDATE redemptions SET checkout_id = NULL, expires_at = 1795000060000").await;
    w.database.execute("UPDATE checkouts SET redemption_id = NULL").await;
    w.sim.clear_requests();
    let view = end(w, &redemption).await.unwrap();
    assert_eq!(
        (view.redemption.state, way(&view).last().unwrap().as_str()),
        (State::Released, "You ended the checkout")
    );
    assert_eq!((w.counts(&id).await, w.sim.counts().requests), ((0, 0), 0));
}

async fn a_form_without_scripts(w: &World) {
    let id = spring(w).await;
    let (_, redemption) = buy(w).await;
    let cookie = w.sign_in().await;
    let page = format!("/apps/taskpomo/discounts/{id}");
    let form = [("do", "end-checkout"), ("about", redemption.as_str())];
    let led = w.browser("POST", &page).header("cookie", &cookie).form(&form).send().await.expect(303);
    assert_eq!((led.header("location"), w.counts(&id).await), (Some(page.as_str()), (0, 0)));
    let form = [("mode", "test"), ("redemption", redemption.as_str())];
    let told = w.browser("POST", "/api/end-checkout").header("cookie", &cookie).form(&form).send().await.expect(200);
    assert!(told.text.contains("You ended the checkout"), "{}", told.text);
}

async fn ending_and_paying_at_once_has_one_outcome(w: &World) {
    let id = spring(w).await;
    let mut bought = Vec::new();
    for _ in 0..24 {
        bought.push(buy(w).await);
    }
    // The sweep runs all the time; each is ended twice and paid once, in every order.
    let races = bought.iter().cloned().enumerate().flat_map(|(place, (session, redemption))| {
        (0..3).map(move |what| (place, what, session.clone(), redemption.clone()))
    });
    let races = races.map(|(place, what, session, redemption)| {
        let (services, owner, sim) = (w.services.clone(), w.owner(), w.sim.clone());
        async move {
            if what == place % 3 {
                tokio::task::yield_now().await;
                drop(sim.complete_session(&session));
                return None;
            }
            Some(LedgerBackend::end_checkout(&services, &owner, Mode::Test, &redemption).await.unwrap())
        }
    });
    let views: Vec<_> = all(races).await.into_iter().flatten().collect();
    assert!(views.iter().all(|view| view.redemption.state != State::Held), "each is told how it ended");
    let at_stripe = |status| {
        let of = bought.iter().filter(|(session, _)| w.sim.session(session).unwrap().status == status);
        i64::try_from(of.count()).unwrap()
    };
    let (paid, ended) = (at_stripe(SessionStatus::Complete), at_stripe(SessionStatus::Expired));
    eprintln!("{paid} were paid, {ended} were ended");
    assert_eq!(paid + ended, 24);
    until(async || {
        let counts = w.counts(&id).await;
        (counts == (0, paid), counts)
    })
    .await;
    let settled = "SELECT count(*) FROM redemptions WHERE history LIKE '%paid%' AND (history LIKE '%ended%' OR history LIKE '%session_expired%')";
    assert_eq!(w.database.number(settled).await, 0, "one outcome each");
    assert_eq!(found(w).await, Vec::<String>::new());
}
