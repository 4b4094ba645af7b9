//! The pictures in `style/pictures`, which the guide shows: PNG, painted at two device pixels to a CSS pixel.

use std::{fs, path::Path};

use crate::{
    site::{Picture, Site},
    step::{Context, Outcome},
};

/// Device pixels to a CSS pixel: `end2end/guide-pictures.spec.ts` paints them so.
const DENSITY: u32 = 2;

/// Publishes every PNG of a folder under a name with its hash; none where there is no folder.
pub(crate) fn publish(site: &mut Site, folder: &Path) -> Outcome<Vec<Picture>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).context(folder.display())? {
        files.push(entry.context(folder.display())?.path());
    }
    files.sort();
    let mut pictures = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "png")) {
        let content = fs::read(file).context(file.display())?;
        let (width, height) = size(&content).ok_or_else(|| format!("{} is no PNG", file.display()))?;
        let name = file.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let file = site.publish_hashed("png", &content)?;
        pictures.push(Picture { name, file, width: width / DENSITY, height: height / DENSITY });
    }
    Ok(pictures)
}

/// Width and height of a PNG (RFC 2083, 4.1.1: the header chunk comes first).
fn size(content: &[u8]) -> Option<(u32, u32)> {
    let header = content.strip_prefix(b"\x89PNG\r\n\x1a\n")?.get(4..)?.strip_prefix(b"IHDR")?;
    let number = |from: usize| Some(u32::from_be_bytes(header.get(from..from + 4)?.try_into().ok()?));
    Some((number(0)?, number(4)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_a_png() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x07\x80\0\0\x04\xb0".to_vec();
        assert_eq!(size(&png), Some((1920, 1200)));
        png.truncate(20);
        assert_eq!(size(&png), None);
        assert_eq!(size(b"GIF89a"), None);
    }
}
