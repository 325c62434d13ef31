internal import Wire

/// Character references of HTML: all numeric ones, and the named ones of HTML 4 that mail is full of.
enum HTMLEntities {
    /// - Parameter reference: without `&` and `;`. Nil where it means nothing.
    static func scalar(_ reference: ArraySlice<UInt8>) -> Unicode.Scalar? {
        guard reference.first == UInt8(ascii: "#") else { return named[String(decoding: reference, as: UTF8.self)] }
        let digits = reference.dropFirst()
        let isHex = digits.first?.lowercasedASCII == UInt8(ascii: "x")
        let number = UInt32(String(decoding: isHex ? digits.dropFirst() : digits, as: UTF8.self), radix: isHex ? 16 : 10)
        guard let number, number > 0 else { return nil }
        return Unicode.Scalar(number)
    }

    /// The references of Latin-1 in the order of their characters, from U+00A0 on.
    private static let latin = """
        nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot \
        cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml \
        Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig \
        agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute \
        ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml
        """

    private static let named: [String: Unicode.Scalar] = {
        var table: [String: Unicode.Scalar] = [
            "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "euro": "€", "hellip": "…", "ndash": "–", "mdash": "—",
            "lsquo": "‘", "rsquo": "’", "sbquo": "‚", "ldquo": "“", "rdquo": "”", "bdquo": "„", "bull": "•", "trade": "™",
            "larr": "←", "uarr": "↑", "rarr": "→", "darr": "↓", "zwnj": "\u{200c}", "zwj": "\u{200d}", "lrm": "\u{200e}",
            "rlm": "\u{200f}", "ensp": " ", "emsp": " ", "thinsp": " ", "lsaquo": "‹", "rsaquo": "›", "OElig": "Œ", "oelig": "œ",
            "Scaron": "Š", "scaron": "š", "Yuml": "Ÿ", "circ": "ˆ", "tilde": "˜", "dagger": "†", "Dagger": "‡", "permil": "‰",
            "minus": "−", "ne": "≠", "le": "≤", "ge": "≥", "infin": "∞", "asymp": "≈", "check": "✓", "hearts": "♥",
            "NewLine": "\n", "Tab": "\t",
        ]
        for (offset, name) in latin.split(separator: " ").enumerated() {
            table[String(name)] = Unicode.Scalar(UInt32(0xa0 + offset))
        }
        return table
    }()
}
