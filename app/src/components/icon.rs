//! Small drawings in the color of the text beside them.

use crate::prelude::*;

/// A drawing of 16 by 16; it says nothing to screen readers.
#[component]
pub fn Icon(
    /// Which one.
    name: &'static str,
) -> impl IntoView {
    let path = match name {
        "copy" => {
            "M5.5 5.5V3A1.5 1.5 0 0 1 7 1.5h6A1.5 1.5 0 0 1 14.5 3v6A1.5 1.5 0 0 1 13 10.5h-2.5M3 5.5h6A1.5 1.5 0 0 1 10.5 7v6A1.5 1.5 0 0 1 9 14.5H3A1.5 1.5 0 0 1 1.5 13V7A1.5 1.5 0 0 1 3 5.5z"
        }
        "out" => "M5 11 11.5 4.5M6 4h6v6",
        "check" => "M3.5 8.5 6.5 11.5 12.5 5",
        "menu" => "M2 4h12M2 8h12M2 12h12",
        "tag" => "M2 2.8h5.2l6.6 6.6a1.2 1.2 0 0 1 0 1.7l-2.7 2.7a1.2 1.2 0 0 1-1.7 0L2.8 7.2zM5 5.2v.1",
        "gift" => {
            "M2.5 7.5h11v6.5h-11zM1.8 4.8h12.4v2.7H1.8zM8 4.8V14M8 4.8C6.5 4.8 4.6 4.3 4.6 3s2.6-1.6 3.4 1.8c.8-3.4 3.4-3.1 3.4-1.8S9.5 4.8 8 4.8z"
        }
        "mail" => "M2 3.5h12v9H2zM2.3 4l5.7 4.6L13.7 4",
        "up" => "M8 10.5v-8M4.8 5.5 8 2.2l3.2 3.3M2.5 10.5v3h11v-3",
        "down" => "M8 2.2v8M4.8 7.2 8 10.5l3.2-3.3M2.5 10.5v3h11v-3",
        "apps" => "M2.5 2.5h4v4h-4zM9.5 2.5h4v4h-4zM2.5 9.5h4v4h-4zM9.5 9.5h4v4h-4z",
        "settings" => {
            "M2 4.5h6.5M11.5 4.5H14M2 11.5h2.5M7.5 11.5H14M8.5 4.5a1.5 1.5 0 1 0 3 0 1.5 1.5 0 1 0-3 0zM4.5 11.5a1.5 1.5 0 1 0 3 0 1.5 1.5 0 1 0-3 0z"
        }
        "activity" => "M1.5 8.5h3l2-5.5 3 10 2-4.5h3",
        "person" => "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 14a5.5 5.5 0 0 1 11 0",
        "help" => "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM6.3 6.3a1.8 1.8 0 1 1 2.4 1.8c-.5.2-.7.5-.7 1M8 11.2v.1",
        "page" => "M3.5 1.8h6l3 3v9.4h-9zM6 7.5h4M6 10.5h4",
        "search" => "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.8 10.8 14 14",
        _ => "M4 4l8 8M12 4l-8 8",
    };
    view! {
        <svg
            class="icon"
            viewBox="0 0 16 16"
            width="16"
            height="16"
            fill="none"
            stroke="currentColor"
            stroke-width="1.5"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
            focusable="false"
        >
            <path d=path />
        </svg>
    }
}

/// The mark and the name.
#[component]
pub fn Logo() -> impl IntoView {
    view! {
        <span class="logo">
            <svg class="logo-mark" viewBox="0 0 22 22" width="22" height="22" aria-hidden="true" focusable="false">
                <rect class="logo-ground" width="22" height="22" rx="6" />
                <g class="logo-ink" fill="none" stroke-width="1.8" stroke-linecap="round">
                    <circle cx="7.6" cy="7.9" r="1.9" />
                    <circle cx="14.4" cy="14.1" r="1.9" />
                    <path d="M14.4 6.6 7.6 15.4" />
                </g>
            </svg>
            "Codemint"
        </span>
    }
}
