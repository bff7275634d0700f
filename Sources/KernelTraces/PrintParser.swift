/// Reads the arguments of a `print fmt` by the precedence of their operators.
struct PrintParser {
    /// Deeper nesting than any kernel's macros make.
    private static let depthMax = 256
    /// Operators of one argument that are computed for each record; more than any kernel's have.
    private static let operatorsMax = 1024
    private static let tableMax = 4096
    private static let typeWords: Set<String> = [
        "unsigned", "signed", "long", "int", "short", "char", "void", "bool", "const", "volatile",
        "u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "__u8", "__u16", "__u32", "__u64",
        "size_t", "ssize_t", "loff_t", "sector_t", "pid_t", "gfp_t", "uintptr_t",
    ]

    private let tokens: [PrintToken]
    private let fields: [String: Int]
    private let constants: [String: Int64]
    private var position = 0
    private var depth = 0
    private var operators = 0
    /// Where a call begins whose parentheses are never closed: then those around it are not either.
    private var unclosed = 0

    init(_ tokens: [PrintToken], fields: [RecordField], constants: [String: Int64]) {
        self.tokens = tokens
        self.fields = Dictionary(
            fields.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.constants = constants
    }

    /// All arguments, separated by commas.
    mutating func arguments() -> [PrintExpression] {
        var arguments: [PrintExpression] = []
        while position < tokens.count, arguments.count < EventFormat.fieldsMax {
            let start = position
            operators = 0
            if let argument = expression(), position == tokens.count || isAt(",") {
                arguments.append(argument)
            } else {
                position = start
                skipArgument()
                arguments.append(.unknown)
            }
            _ = take(",")
        }
        return arguments
    }

    // MARK: Words

    private func isAt(_ symbol: String) -> Bool {
        position < tokens.count && tokens[position] == .symbol(symbol)
    }

    private mutating func take(_ symbol: String) -> Bool {
        guard isAt(symbol) else { return false }
        position += 1
        return true
    }

    /// Moves to the comma behind an argument that was not understood.
    private mutating func skipArgument() {
        var open = 0
        while position < tokens.count {
            switch tokens[position] {
            case .symbol("("), .symbol("{"), .symbol("["): open += 1
            case .symbol(")"), .symbol("}"), .symbol("]"): open -= 1
            case .symbol(",") where open <= 0: return
            default: break
            }
            position += 1
        }
    }

    // MARK: Expressions

    private mutating func expression() -> PrintExpression? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthMax, let condition = binary(1) else { return nil }
        guard take("?") else { return condition }
        guard let left = expression(), take(":"), let right = expression() else { return nil }
        return Self.folded(.conditional(condition, left, right))
    }

    private mutating func binary(_ lowest: Int) -> PrintExpression? {
        guard var left = unary() else { return nil }
        while position < tokens.count, case .symbol(let symbol) = tokens[position],
            let found = PrintOperator(rawValue: symbol), let precedence = found.precedence,
            precedence >= lowest
        {
            position += 1
            guard let right = binary(precedence + 1) else { return nil }
            left = Self.folded(.binary(found, left, right))
            // A chain of them is as deep as it is long.
            if case .binary = left { operators += 1 }
            guard operators <= Self.operatorsMax else { return nil }
        }
        return left
    }

    private mutating func unary() -> PrintExpression? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthMax, position < tokens.count else { return nil }
        if case .symbol(let symbol) = tokens[position], ["!", "~", "-", "+"].contains(symbol),
            let found = PrintOperator(rawValue: symbol)
        {
            position += 1
            return unary().map { Self.folded(.unary(found, $0)) }
        }
        if isAt("*") || isAt("&") {
            position += 1
            return unary().map { _ in .unknown }
        }
        if skipCast() { return unary() }
        return postfix()
    }

    /// Skips `(TYPE)` in front of an operand; the value keeps its 64 bits.
    private mutating func skipCast() -> Bool {
        guard isAt("(") else { return false }
        var end = position + 1
        var words: [String] = []
        while end < tokens.count, case .word(let word) = tokens[end], word != "REC" {
            words.append(word)
            end += 1
        }
        var isPointer = false
        while end < tokens.count, tokens[end] == .symbol("*") {
            isPointer = true
            end += 1
        }
        guard !words.isEmpty, end + 1 < tokens.count, tokens[end] == .symbol(")") else {
            return false
        }
        let isType = isPointer || words.count > 1 || Self.typeWords.contains(words[0])
        switch tokens[end + 1] {
        case .word, .integer, .text, .symbol("("), .symbol("~"), .symbol("!"): break
        case .symbol("-") where isType, .symbol("&") where isType, .symbol("*") where isType: break
        default: return false
        }
        position = end + 1
        return true
    }

    private mutating func postfix() -> PrintExpression? {
        guard var value = primary() else { return nil }
        while isAt("[") || isAt("->") || isAt(".") {
            if take("[") {
                guard expression() != nil, take("]") else { return nil }
            } else {
                position += 1
                guard position < tokens.count, case .word = tokens[position] else { return nil }
                position += 1
            }
            value = .unknown
        }
        return value
    }

    private mutating func primary() -> PrintExpression? {
        guard position < tokens.count else { return nil }
        let token = tokens[position]
        position += 1
        switch token {
        case .integer(let value): return .integer(value)
        case .text(var text):
            while position < tokens.count, case .text(let more) = tokens[position] {
                text += more
                position += 1
            }
            return .text(text)
        case .symbol("("):
            guard let inner = expression(), take(")") else { return nil }
            return inner
        case .word("REC"):
            guard take("->"), position < tokens.count, case .word(let name) = tokens[position]
            else { return nil }
            position += 1
            return fields[name].map { .field($0) } ?? .unknown
        case .word(let word): return isAt("(") ? call(word) : named(word)
        case .symbol: return nil
        }
    }

    private func named(_ word: String) -> PrintExpression {
        switch word {
        case "true": .integer(1)
        case "false", "NULL": .integer(0)
        default: constants[word].map { .integer($0) } ?? .unknown
        }
    }

    // MARK: Functions of the kernel

    private mutating func call(_ name: String) -> PrintExpression? {
        let start = position
        _ = take("(")
        let found: PrintExpression? =
            switch name {
            case "__print_flags": flags()
            case "__print_symbolic": symbolic()
            case "__get_str", "__get_rel_str", "__get_dynamic_array": textField()
            default: nil
            }
        if let found, take(")") { return found }
        // Any other function: its arguments are passed over.
        position = start
        return skipParentheses() ? .unknown : nil
    }

    private mutating func skipParentheses() -> Bool {
        guard position >= unclosed else { return false }
        let start = position
        var open = 0
        while position < tokens.count {
            if tokens[position] == .symbol("(") { open += 1 }
            if tokens[position] == .symbol(")") { open -= 1 }
            position += 1
            if open == 0 { return true }
        }
        unclosed = start
        return false
    }

    private mutating func textField() -> PrintExpression? {
        guard position < tokens.count, case .word(let name) = tokens[position] else { return nil }
        position += 1
        return fields[name].map { .field($0) }
    }

    private mutating func flags() -> PrintExpression? {
        guard let operand = expression(), take(","), let delimiter = expression(), take(","),
            case .text(let text) = delimiter, let table = table()
        else { return nil }
        return .flags(operand, delimiter: text, table)
    }

    private mutating func symbolic() -> PrintExpression? {
        guard let operand = expression(), take(","), let table = table() else { return nil }
        return .symbolic(operand, table)
    }

    /// Lines `{ VALUE, "NAME" }`; those whose value only the kernel knows are left out.
    private mutating func table() -> [PrintName]? {
        var names: [PrintName] = []
        while take("{") {
            guard let value = expression(), take(","), let name = expression(), take("}") else {
                return nil
            }
            if case .integer(let number) = value, case .text(let text) = name,
                names.count < Self.tableMax
            {
                names.append(PrintName(value: number, name: text))
            }
            guard take(",") else { break }
        }
        return names
    }

    /// Computes what does not depend on a record.
    private static func folded(_ expression: PrintExpression) -> PrintExpression {
        switch expression {
        case .unary(let found, .integer(let operand)):
            found.apply(operand).map { .integer($0) } ?? .unknown
        case .binary(let found, .integer(let left), .integer(let right)):
            found.apply(left, right).map { .integer($0) } ?? .unknown
        case .conditional(.integer(let condition), let left, let right):
            condition != 0 ? left : right
        default: expression
        }
    }
}
