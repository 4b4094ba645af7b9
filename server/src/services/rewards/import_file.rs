//! A CSV as people have it: commas, semicolons or tabs, quotes by RFC 4180, in UTF-8 with or without its mark.

use app::domain::metadata::{self, Metadata};
use app::domain::problem::Problem;
use app::domain::reward::Draft;
use app::domain::secret;
use csv::{ByteRecord, ReaderBuilder, StringRecord};

/// Most bytes of a file.
pub(super) const MAX_BYTES: usize = 1024 * 1024;
/// Most lines below the header.
pub(super) const MAX_LINES: usize = 5_000;
/// Characters of a line that a report repeats.
const SHOWN: usize = 120;
/// What excludes that a text was UTF-8 when it was read.
const LOST: char = '\u{fffd}';

/// One line below the header.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Where it begins; the header is 1.
    pub(super) number: i64,
    /// What stands there, cut.
    pub(super) text: String,
    /// What it asks for.
    pub(super) draft: Result<Draft, String>,
}

/// Which column is what.
struct Header {
    email: usize,
    reference: Option<usize>,
    names: Vec<String>,
}

/// Reads a file; refused as a whole where no line of it could be understood.
pub(super) fn read(text: &str) -> Result<Vec<Line>, Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let refused = |message: String| Err(Problem::invalid("csv", message));
    if text.trim().is_empty() {
        return Err(Problem::missing("csv", "Paste the lines of a CSV file, its header first: email,reference."));
    }
    if text.len() > MAX_BYTES {
        return refused("The file is larger than 1 MB. Import it in parts.".into());
    }
    if text.contains(LOST) {
        return refused(
            "The file is not in UTF-8: some of its letters are lost. Save it as CSV UTF-8 and take that.".into(),
        );
    }
    let Some((delimiter, header)) = [b',', b';', b'\t'].into_iter().find_map(|delimiter| {
        let mut first = StringRecord::new();
        let read = reader(text, delimiter).read_record(&mut first).unwrap_or(false);
        let header = Header::of(&first)?;
        read.then_some((delimiter, header))
    }) else {
        return refused(
            "The first line must name the columns, and one of them must be email: for example email,reference.".into(),
        );
    };
    header.check()?;
    let mut lines = Vec::new();
    let mut reader = reader(text, delimiter);
    let mut record = ByteRecord::new();
    let mut place = Place { text: text.as_bytes(), at: 0, line: 1 };
    let mut first = true;
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        let begins = record.position().map_or(0, csv::Position::byte);
        let number = place.line_at(usize::try_from(begins).unwrap_or(usize::MAX));
        if std::mem::take(&mut first) {
            continue;
        }
        if lines.len() == MAX_LINES {
            return refused(format!("The file has more than {MAX_LINES} lines below its header. Import it in parts."));
        }
        let fields: Vec<&str> = record.iter().map(|field| std::str::from_utf8(field).unwrap_or_default()).collect();
        // What stands in no column at all is no line: spreadsheets leave them at the end.
        if fields.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        let shown: Vec<String> = fields.iter().map(|field| secret::shown(field, SHOWN)).collect();
        let text = app::domain::problem::clip(&shown.join(", "), SHOWN);
        lines.push(Line { number, text, draft: header.draft(&fields) });
    }
    if lines.is_empty() {
        return refused("The file has a header, and no line below it.".into());
    }
    Ok(lines)
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes())
}

/// Counts lines: the reader's own count takes an empty line before a record for its beginning.
struct Place<'a> {
    text: &'a [u8],
    at: usize,
    line: i64,
}

impl Place<'_> {
    /// The line on which the record begins that was read from here on.
    fn line_at(&mut self, begins: usize) -> i64 {
        let mut to = begins.min(self.text.len());
        while self.text.get(to).is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
            to += 1;
        }
        let mut before = if self.at == 0 { 0 } else { self.text[self.at - 1] };
        for &byte in &self.text[self.at..to] {
            self.line += i64::from(byte == b'\r' || (byte == b'\n' && before != b'\r'));
            before = byte;
        }
        self.at = to;
        self.line
    }
}

impl Header {
    fn of(record: &StringRecord) -> Option<Self> {
        let names: Vec<String> = record.iter().map(|name| name.trim().to_owned()).collect();
        let place = |wanted: &str| names.iter().position(|name| name.eq_ignore_ascii_case(wanted));
        let (email, reference) = (place("email")?, place("reference"));
        Some(Self { email, reference, names })
    }

    /// That no two columns are the same, and that each can be a key of metadata.
    fn check(&self) -> Result<(), Problem> {
        let mut keys = Metadata::new();
        for (at, name) in self.names.iter().enumerate() {
            let again = self.names[..at].iter().any(|before| !name.is_empty() && before.eq_ignore_ascii_case(name));
            if again {
                let name = secret::shown(name, 40);
                return Err(Problem::invalid("csv", format!("Two columns are called {name}. Give each its own name.")));
            }
            if self.is_metadata(at) && !name.is_empty() {
                keys.insert(name.clone(), String::new());
            }
        }
        metadata::check(&keys)
            .map_err(|problem| Problem::invalid("csv", format!("The first line: {}", problem.message)))
    }

    fn is_metadata(&self, at: usize) -> bool {
        at != self.email && Some(at) != self.reference
    }

    fn draft(&self, fields: &[&str]) -> Result<Draft, String> {
        let field = |at: usize| fields.get(at).map(|text| text.trim()).filter(|text| !text.is_empty());
        let mut metadata = Metadata::new();
        for at in (0..fields.len()).filter(|&at| self.is_metadata(at)) {
            let Some(value) = field(at) else { continue };
            match self.names.get(at).filter(|name| !name.is_empty()) {
                Some(name) => {
                    metadata.insert(name.clone(), value.to_owned());
                }
                None => return Err(format!("Field {} stands under no column of the first line.", at + 1)),
            }
        }
        Ok(Draft {
            email: field(self.email).map(str::to_owned),
            reference: self.reference.and_then(field).map(str::to_owned),
            send_email: None,
            metadata,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn emails(text: &str) -> Vec<(i64, String)> {
        let lines = read(text).unwrap();
        lines.into_iter().map(|line| (line.number, line.draft.unwrap().email.unwrap_or_default())).collect()
    }

    #[test]
    fn as_spreadsheets_write_it() {
        let ada = (2, "ada@example.com".to_owned());
        for text in [
            "email\nada@example.com",
            "\u{feff}email,reference\r\nada@example.com,r-1\r\n",
            "reference;Email\nr-1;ada@example.com\n;;\n",
            "EMAIL\treference\nada@example.com\tr-1\n\n",
            "\"email\",\"name\"\r\"ada@example.com\",\"Lovelace, \"\"Ada\"\"\"\r",
            "name,email,,\nAda, ada@example.com ,,\n",
        ] {
            assert_eq!(emails(text), std::slice::from_ref(&ada), "{text:?}");
        }
        let lines =
            read("email;name;reference\nada@example.com;\"Love\nlace; Ada\";r-1\n\n\nbob@example.com\n").unwrap();
        let (ada, bob) = (lines[0].draft.clone().unwrap(), lines[1].draft.clone().unwrap());
        assert_eq!((lines[0].number, ada.metadata["name"].as_str()), (2, "Love\nlace; Ada"));
        assert_eq!((ada.reference.as_deref(), bob.reference, bob.metadata.len()), (Some("r-1"), None, 0));
        assert_eq!(lines[1].number, 6);
    }

    #[test]
    fn files_that_are_none() {
        for (text, said) in [
            ("", "Paste the lines"),
            (" \n\n", "Paste the lines"),
            ("ada@example.com\nbob@example.com", "must be email"),
            ("e-mail address|name\n", "must be email"),
            ("email\n\n\n", "no line below"),
            ("email,name,NAME\na@b.co,1,2", "Two columns are called NAME"),
            ("email,sk_live_51Abc\na@b.co,1", "must not be a secret"),
            ("email,a[b]\na@b.co,1", "no square brackets"),
            ("email,name\na@b.co,M\u{fffd}ller", "not in UTF-8"),
        ] {
            let refused = read(text).unwrap_err();
            assert!(refused.message.contains(said) && !refused.message.contains("51Abc"), "{text:?}: {refused:?}");
            assert_eq!(refused.param.as_deref(), Some("csv"));
        }
        let lines = |count: usize| format!("email\n{}", "a@b.co\n".repeat(count));
        assert_eq!(read(&lines(MAX_LINES)).unwrap().len(), MAX_LINES);
        assert!(read(&lines(MAX_LINES + 1)).unwrap_err().message.contains("more than 5000 lines"));
        assert!(read(&format!("email\n{}", "x".repeat(MAX_BYTES))).unwrap_err().message.contains("1 MB"));
    }

    #[test]
    fn a_line_that_does_not_fit_its_header() {
        let lines = read("email,reference\nada@example.com,r-1,left over\nbob@example.com,sk_live_51Abcdef\n").unwrap();
        assert!(lines[0].draft.as_ref().unwrap_err().contains("Field 3"));
        assert_eq!(lines[0].text, "ada@example.com, r-1, left over");
        assert_eq!(lines[1].text, "bob@example.com, (a key)");
    }

    proptest! {
        /// Whatever is written by the rules is read as it was meant, each line at its number.
        #[test]
        fn what_was_written_is_read(
            rows in prop::collection::vec(("[a-z]{1,8}", "[ -~äß\n\r,;\"']{0,20}"), 1..20),
            delimiter in prop::sample::select(vec![b',', b';', b'\t']),
            mark in any::<bool>(),
        ) {
            let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
            writer.write_record(["email", "note"]).unwrap();
            let mut numbers = Vec::new();
            let mut next = 2;
            for (name, note) in &rows {
                writer.write_record([format!("{name}@example.com").as_str(), note]).unwrap();
                numbers.push(next);
                let breaks = note.replace("\r\n", "\n").matches(['\r', '\n']).count();
                next += 1 + i64::try_from(breaks).unwrap();
            }
            let written = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let lines = read(&format!("{}{written}", if mark { "\u{feff}" } else { "" })).unwrap();
            prop_assert_eq!(lines.len(), rows.len());
            for ((line, (name, note)), number) in lines.into_iter().zip(&rows).zip(numbers) {
                prop_assert_eq!(line.number, number);
                let draft = line.draft.unwrap();
                prop_assert_eq!(draft.email, Some(format!("{name}@example.com")));
                prop_assert_eq!(draft.metadata.get("note").map_or("", String::as_str), note.trim());
            }
        }

        /// Nothing that is pasted brings it down.
        #[test]
        fn anything_may_be_pasted(text in "(email[,;\t\n])?[ -~\n\r\t,;\"äß🎟\u{feff}]{0,200}") {
            let _ = read(&text);
        }
    }
}
