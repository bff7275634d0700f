/// An argument of a `print fmt`, as far as it can be computed outside the kernel.
indirect enum PrintExpression: Sendable, Equatable {
    case integer(Int64)
    case text(String)
    /// A field, by its position in the format.
    case field(Int)
    case unary(PrintOperator, PrintExpression)
    case binary(PrintOperator, PrintExpression, PrintExpression)
    case conditional(PrintExpression, PrintExpression, PrintExpression)
    case flags(PrintExpression, delimiter: String, [PrintName])
    case symbolic(PrintExpression, [PrintName])
    /// Something only the kernel can compute.
    case unknown

    /// Adds the fields on which the value depends.
    func addFields(to fields: inout Set<Int>) {
        switch self {
        case .integer, .text, .unknown: break
        case .field(let position): fields.insert(position)
        case .unary(_, let operand), .flags(let operand, _, _), .symbolic(let operand, _):
            operand.addFields(to: &fields)
        case .binary(_, let left, let right):
            left.addFields(to: &fields)
            right.addFields(to: &fields)
        case .conditional(let condition, let left, let right):
            condition.addFields(to: &fields)
            left.addFields(to: &fields)
            right.addFields(to: &fields)
        }
    }
}

/// A line of the tables of `__print_flags` and `__print_symbolic`.
public struct PrintName: Sendable, Hashable {
    /// The bits, or the number.
    public let value: Int64
    /// What is printed for it.
    public let name: String

    /// Makes a line.
    public init(value: Int64, name: String) {
        self.value = value
        self.name = name
    }
}

/// Operators of C that occur in `print fmt` texts.
enum PrintOperator: String, Sendable {
    case or = "||", and = "&&", bitOr = "|", bitXor = "^", bitAnd = "&"
    case equal = "==", notEqual = "!=", less = "<", greater = ">", lessEqual = "<=",
        greaterEqual = ">="
    case shiftLeft = "<<", shiftRight = ">>"
    case plus = "+", minus = "-", times = "*", divide = "/", remainder = "%"
    case not = "!", complement = "~"

    /// How strongly a binary operator binds; `nil` for one that takes a single operand.
    var precedence: Int? {
        switch self {
        case .or: 1
        case .and: 2
        case .bitOr: 3
        case .bitXor: 4
        case .bitAnd: 5
        case .equal, .notEqual: 6
        case .less, .greater, .lessEqual, .greaterEqual: 7
        case .shiftLeft, .shiftRight: 8
        case .plus, .minus: 9
        case .times, .divide, .remainder: 10
        case .not, .complement: nil
        }
    }

    func apply(_ left: Int64, _ right: Int64) -> Int64? {
        switch self {
        case .or: left != 0 || right != 0 ? 1 : 0
        case .and: left != 0 && right != 0 ? 1 : 0
        case .bitOr: left | right
        case .bitXor: left ^ right
        case .bitAnd: left & right
        case .equal: left == right ? 1 : 0
        case .notEqual: left != right ? 1 : 0
        case .less: left < right ? 1 : 0
        case .greater: left > right ? 1 : 0
        case .lessEqual: left <= right ? 1 : 0
        case .greaterEqual: left >= right ? 1 : 0
        case .shiftLeft: 0...63 ~= right ? left << right : nil
        case .shiftRight:
            0...63 ~= right ? Int64(bitPattern: UInt64(bitPattern: left) >> UInt64(right)) : nil
        case .plus: left &+ right
        case .minus: left &- right
        case .times: left &* right
        case .divide: right > 0 ? left / right : nil
        case .remainder: right > 0 ? left % right : nil
        case .not, .complement: nil
        }
    }

    func apply(_ operand: Int64) -> Int64? {
        switch self {
        case .not: operand == 0 ? 1 : 0
        case .complement: ~operand
        case .minus: 0 &- operand
        case .plus: operand
        default: nil
        }
    }
}
