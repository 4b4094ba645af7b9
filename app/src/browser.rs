//! What only a browser can do. On the server every function here does nothing, so that screens need no `cfg` of their own.

#[cfg(feature = "hydrate")]
pub use real::*;
#[cfg(not(feature = "hydrate"))]
pub use stub::*;

#[cfg(feature = "hydrate")]
mod real {
    use crate::domain::locale::Locale;
    use leptos::prelude::*;
    use std::cell::Cell;
    use std::rc::Rc;
    use std::sync::OnceLock;
    use std::time::Duration;
    use wasm_bindgen::{JsCast, JsValue, closure::Closure};
    use web_sys::{EventSource, FormData, HtmlDialogElement, HtmlDocument, HtmlElement, HtmlFormElement, MessageEvent};

    /// A year.
    const COOKIE_LIFE_S: u32 = 31_536_000;
    /// A page that nobody sees stops listening after so long: a browser has six connections to a server, for all its pages.
    const UNSEEN: Duration = Duration::from_secs(20);
    /// How long after a refusal it is tried again.
    const REFUSED: Duration = Duration::from_secs(30);

    /// Milliseconds since 1970.
    #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds, far below 2^53")]
    pub fn now_ms() -> i64 {
        js_sys::Date::now() as i64
    }

    /// A local date and time (`2027-01-01T00:00`) in the browser's zone, in milliseconds since 1970.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a Date is a whole number below 2^53, or NaN, which is refused"
    )]
    pub fn local_ms(text: &str) -> Option<i64> {
        let ms = js_sys::Date::new(&JsValue::from_str(text)).get_time();
        ms.is_finite().then_some(ms as i64)
    }

    /// The locale that the page was written in.
    pub fn locale() -> Locale {
        static LOCALE: OnceLock<Locale> = OnceLock::new();
        *LOCALE.get_or_init(|| {
            let root = document().document_element();
            Locale::parse(&root.and_then(|root| root.get_attribute("data-locale")).unwrap_or_default())
        })
    }

    /// The IANA name of the browser's zone.
    pub fn zone() -> Option<String> {
        let options = js_sys::Intl::DateTimeFormat::default().resolved_options();
        js_sys::Reflect::get(&options, &"timeZone".into()).ok()?.as_string()
    }

    /// Tells the server the browser's zone, which writes every moment on the pages.
    pub fn remember_zone() {
        let Some(zone) = zone()
            .filter(|zone| zone.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'+')))
        else {
            return;
        };
        let Ok(page) = document().dyn_into::<HtmlDocument>() else { return };
        let known = format!("cm_tz={zone}");
        if !page.cookie().unwrap_or_default().split("; ").any(|cookie| cookie == known) {
            let _ = page.set_cookie(&format!("{known}; Path=/; Max-Age={COOKIE_LIFE_S}; SameSite=Lax"));
        }
    }

    /// Whether somebody can see the page.
    pub fn visible() -> bool {
        !document().hidden()
    }

    /// Calls when the person comes back to the page, while the current owner lives.
    pub fn on_return(call: impl Fn() + Clone + 'static) {
        for event in ["visibilitychange", "focus"] {
            let call = call.clone();
            let handle = window_event_listener_untyped(event, move |_| {
                if visible() {
                    call();
                }
            });
            on_cleanup(move || handle.remove());
        }
    }

    /// Calls again and again while the current owner lives and the page is seen.
    pub fn every(ms: u64, call: impl Fn() + 'static) {
        let tick = move || {
            if visible() {
                call();
            }
        };
        if let Ok(handle) = set_interval_with_handle(tick, Duration::from_millis(ms)) {
            on_cleanup(move || handle.clear());
        }
    }

    /// Listens to events of the server while the current owner lives and the page is seen; `heard` is given the data of each `event`, and
    /// `over` is the one after which there are no more. Browsers come back by themselves when the connection is lost.
    pub fn listen(address: String, event: &'static str, over: &'static str, heard: impl Fn(String) + 'static) {
        let source = StoredValue::new_local(None::<EventSource>);
        let ended = StoredValue::new(false);
        let close = move || {
            if let Some(Some(source)) = source.try_update_value(Option::take) {
                source.close();
            }
        };
        let hear = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
            if let Some(data) = message.data().as_string() {
                heard(data);
            }
        });
        let stop = Closure::<dyn Fn()>::new(move || {
            ended.set_value(true);
            close();
        });
        // What the closures belong to: they live as long as they may be called.
        let kept = StoredValue::new_local((hear, stop));
        let open = move || {
            let there = source
                .try_with_value(|source| source.as_ref().is_some_and(|it| it.ready_state() != EventSource::CLOSED));
            if there != Some(false) || ended.get_value() || !visible() {
                return;
            }
            let Ok(new) = EventSource::new(&address) else { return };
            kept.with_value(|(hear, stop)| {
                let _ = new.add_event_listener_with_callback(event, hear.as_ref().unchecked_ref());
                let _ = new.add_event_listener_with_callback(over, stop.as_ref().unchecked_ref());
            });
            source.set_value(Some(new));
        };
        open();
        if let Ok(handle) = set_interval_with_handle(open.clone(), REFUSED) {
            on_cleanup(move || handle.clear());
        }
        let seen = window_event_listener_untyped("visibilitychange", move |_| {
            if visible() {
                open();
            } else {
                let leave = move || {
                    if !visible() {
                        close();
                    }
                };
                set_timeout(leave, UNSEEN);
            }
        });
        let left = window_event_listener_untyped("pagehide", move |_| close());
        on_cleanup(move || {
            seen.remove();
            left.remove();
            close();
        });
    }

    /// Copies a text; `done` is called with whether it worked.
    pub fn copy(text: &str, done: impl Fn(bool) + Clone + 'static) {
        let promise = window().navigator().clipboard().write_text(text);
        let failed = done.clone();
        let done = Closure::once_into_js(move |_: JsValue| done(true));
        let failed = Closure::once_into_js(move |_: JsValue| failed(false));
        // `then` with plain functions: the typed one wants closures that somebody keeps alive.
        if let Ok(then) = js_sys::Reflect::get(&promise, &"then".into()).and_then(JsCast::dyn_into::<js_sys::Function>)
        {
            let _ = then.call2(&promise, &done, &failed);
        }
    }

    /// Opens a `<dialog>` over the page.
    pub fn open_dialog(id: &str) {
        if let Some(dialog) = element::<HtmlDialogElement>(id)
            && !dialog.open()
        {
            let _ = dialog.show_modal();
        }
    }

    /// Closes a `<dialog>`.
    pub fn close_dialog(id: &str) {
        if let Some(dialog) = element::<HtmlDialogElement>(id) {
            dialog.close();
        }
    }

    /// Closes a popover, if it is open.
    pub fn close_popover(id: &str) {
        if let Some(popover) = element::<HtmlElement>(id) {
            let _ = popover.hide_popover();
        }
    }

    /// What stands in a form's field now: also what was typed before the WASM was there.
    pub fn field(form_id: &str, name: &str) -> Option<String> {
        let form = element::<HtmlFormElement>(form_id)?;
        FormData::new_with_form(&form).ok()?.get(name).as_string()
    }

    /// Whether what an event is of stands open: a `<details>`.
    pub fn is_open(event: &web_sys::Event) -> bool {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        target.is_some_and(|target| target.has_attribute("open"))
    }

    /// Sets a field's text, where it is another.
    pub fn set_field(id: &str, text: &str) {
        if let Some(input) = element::<web_sys::HtmlInputElement>(id)
            && input.value() != text
        {
            input.set_value(text);
        }
    }

    /// Sets the text of a field of many lines.
    pub fn set_text(id: &str, text: &str) {
        if let Some(area) = element::<web_sys::HtmlTextAreaElement>(id) {
            area.set_value(text);
        }
    }

    /// Reads the file that was chosen in a field, as UTF-8. `done` is given its text, or nothing where it has more than `most` bytes or
    /// cannot be read.
    pub fn read_file(id: &str, most: u32, done: impl FnOnce(Option<String>) + 'static) {
        let files = element::<web_sys::HtmlInputElement>(id).and_then(|input| input.files());
        let Some(file) = files.and_then(|files| files.get(0)) else { return };
        if file.size() > f64::from(most) {
            done(None);
            return;
        }
        let done = Rc::new(Cell::new(Some(done)));
        let call = move |text: Option<String>, done: &Cell<Option<_>>| {
            if let Some(done) = done.take() {
                let done: Box<dyn FnOnce(Option<String>)> = Box::new(done);
                done(text);
            }
        };
        let failed = done.clone();
        let read = Closure::once_into_js(move |text: JsValue| call(text.as_string(), &done));
        let failed = Closure::once_into_js(move |_: JsValue| call(None, &failed));
        let promise = file.text();
        if let Ok(then) = js_sys::Reflect::get(&promise, &"then".into()).and_then(JsCast::dyn_into::<js_sys::Function>)
        {
            let _ = then.call2(&promise, &read, &failed);
        }
    }

    /// Empties a form.
    pub fn reset_form(form_id: &str) {
        if let Some(form) = element::<HtmlFormElement>(form_id) {
            form.reset();
        }
    }

    /// Puts the keyboard's focus on an element.
    pub fn focus(id: &str) {
        if let Some(element) = element::<HtmlElement>(id) {
            let _ = element.focus();
        }
    }

    /// A page is on its way: shown by the styles once it takes long.
    pub fn going() {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-going", "");
        }
    }

    /// The page is there.
    pub fn arrived() {
        if let Some(root) = document().document_element() {
            let _ = root.remove_attribute("data-going");
        }
    }

    /// Loads a page as the server draws it.
    pub fn load(path: &str) {
        let _ = window().location().assign(path);
    }

    /// Opens an address in a new tab; browsers may refuse, so a link stands on the page, too.
    pub fn open_tab(url: &str) {
        let _ = window().open_with_url_and_target_and_features(url, "_blank", "noopener");
    }

    fn element<T: JsCast>(id: &str) -> Option<T> {
        document().get_element_by_id(id)?.dyn_into().ok()
    }
}

#[cfg(not(feature = "hydrate"))]
mod stub {
    /// The server's clock: only a form that was posted without WASM is checked with it while a page is rendered.
    #[expect(
        clippy::disallowed_methods,
        reason = "it marks fields on a page; what is stored is judged by the server's own clock"
    )]
    pub fn now_ms() -> i64 {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .ok()
            .and_then(|since| i64::try_from(since.as_millis()).ok())
            .unwrap_or_default()
    }

    /// A local date and time as if in UTC: near enough to tell a date from a typing error; what is stored is read in the owner's zone.
    pub fn local_ms(text: &str) -> Option<i64> {
        let (date, time) = text.split_once('T')?;
        let mut date = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
        let mut time = time.splitn(3, ':').map(|part| part.parse::<i64>().ok());
        let (year, month, day) = (date.next()??, date.next()??, date.next()??);
        let (hour, minute) = (time.next()??, time.next()??);
        if !(1970..=9999).contains(&year)
            || !(1..=12).contains(&month)
            || !(1..=31).contains(&day)
            || !(0..24).contains(&hour)
            || !(0..60).contains(&minute)
        {
            return None;
        }
        // Days since 1970 by the civil calendar, counted from March so that a leap day ends its year.
        let shifted = if month <= 2 { year - 1 } else { year };
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let era_day =
            shifted.rem_euclid(400) * 365 + shifted.rem_euclid(400) / 4 - shifted.rem_euclid(400) / 100 + day_of_year;
        let days = shifted.div_euclid(400) * 146_097 + era_day - 719_468;
        Some(((days * 24 + hour) * 60 + minute) * 60_000)
    }

    /// Told by the request instead.
    #[cfg(not(feature = "ssr"))]
    pub fn locale() -> crate::domain::locale::Locale {
        Default::default()
    }

    /// Nothing to tell.
    pub fn zone() -> Option<String> {
        None
    }

    /// Nothing to remember.
    pub fn remember_zone() {}

    /// Nobody looks.
    pub fn on_return(_call: impl Fn() + Clone + 'static) {}

    /// Pages come as they are.
    pub fn listen(_address: String, _event: &'static str, _over: &'static str, _heard: impl Fn(String) + 'static) {}

    /// Nothing repeats.
    pub fn every(_ms: u64, _call: impl Fn() + 'static) {}

    /// Nothing to copy to.
    pub fn copy(_text: &str, _done: impl Fn(bool) + Clone + 'static) {}

    /// No dialog.
    pub fn open_dialog(_id: &str) {}

    /// No dialog.
    pub fn close_dialog(_id: &str) {}

    /// No popover.
    pub fn close_popover(_id: &str) {}

    /// No document.
    pub fn field(_form_id: &str, _name: &str) -> Option<String> {
        None
    }

    /// No document.
    pub fn is_open(_event: &leptos::ev::Event) -> bool {
        false
    }

    /// No document.
    pub fn set_field(_id: &str, _text: &str) {}

    /// No document.
    pub fn set_text(_id: &str, _text: &str) {}

    /// No document.
    pub fn read_file(_id: &str, _most: u32, _done: impl FnOnce(Option<String>) + 'static) {}

    /// No document.
    pub fn reset_form(_form_id: &str) {}

    /// No document.
    pub fn focus(_id: &str) {}

    /// Pages come whole.
    pub fn going() {}

    /// Pages come whole.
    pub fn arrived() {}

    /// Nothing to load.
    pub fn load(_path: &str) {}

    /// No tabs.
    pub fn open_tab(_url: &str) {}

    #[cfg(test)]
    mod tests {
        use super::local_ms;

        #[test]
        fn civil_dates() {
            assert_eq!(local_ms("1970-01-01T00:00"), Some(0));
            assert_eq!(local_ms("2027-01-01T01:00"), Some(1_798_765_200_000));
            assert_eq!(local_ms("2024-02-29T23:59:30"), Some(1_709_251_140_000));
            for bad in ["", "soon", "2027-13-01T00:00", "2027-01-01", "2027-01-01T24:00"] {
                assert_eq!(local_ms(bad), None, "{bad}");
            }
        }
    }
}
