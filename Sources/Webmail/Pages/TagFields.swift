internal import Mail
internal import Store

/// A tag's name, and which of the style sheet's colours (`t0` to `t7`) it has.
enum TagFields {
    /// The colours that can be chosen, and the language files' names for them.
    static let palette: [(name: String, red: Int, green: Int, blue: Int)] = [
        ("blue", 0x2f, 0x5a, 0xa0), ("orange", 0x99, 0x50, 0x1b), ("green", 0x2c, 0x6e, 0x3f), ("purple", 0x6f, 0x4a, 0x94),
        ("teal", 0x1d, 0x6b, 0x73), ("red", 0xa3, 0x36, 0x36), ("olive", 0x66, 0x61, 0x1f), ("pink", 0x91, 0x37, 0x6f),
    ]

    static func fields(_ tag: Tag, _ definition: TagDefinition?) -> Fields {
        ["tag": tag.name, "name": title(tag, definition), "color": color(tag, definition)]
    }

    static func title(_ tag: Tag, _ definition: TagDefinition?) -> String {
        definition.map { $0.title.isEmpty ? tag.name : $0.title } ?? tag.name
    }

    /// Of a colour that some client chose, the nearest of ours; a tag that has none gets one by its name.
    static func color(_ tag: Tag, _ definition: TagDefinition?) -> Int {
        guard let text = definition?.color, text.utf8.count == 6, let value = Int(text, radix: 16), !isGrey(value) else {
            return Avatar.place(of: tag.name, among: palette.count)
        }
        let (red, green, blue) = parts(value)
        func distance(_ index: Int) -> Int {
            let color = palette[index]
            return (color.red - red) * (color.red - red) + (color.green - green) * (color.green - green)
                + (color.blue - blue) * (color.blue - blue)
        }
        return palette.indices.min { distance($0) < distance($1) } ?? 0
    }

    /// A colour of the palette as a definition keeps it; nil beyond.
    static func stored(_ index: Int) -> String? {
        guard palette.indices.contains(index) else { return nil }
        let color = palette[index]
        let digits = String(color.red << 16 | color.green << 8 | color.blue, radix: 16)
        return String(repeating: "0", count: 6 - digits.count) + digits
    }

    private static func parts(_ value: Int) -> (red: Int, green: Int, blue: Int) {
        (value >> 16, value >> 8 & 255, value & 255)
    }

    /// The colour of tags that no person has given one.
    private static func isGrey(_ value: Int) -> Bool {
        let (red, green, blue) = parts(value)
        return max(red, green, blue) - min(red, green, blue) < 0x20
    }

    /// The palette, for a form that chooses one.
    static func choices(_ words: Words, chosen: Int) -> [Fields] {
        palette.indices.map { index -> Fields in
            ["index": index, "name": words["color_\(palette[index].name)"], "selected": index == chosen]
        }
    }
}
