public import YAMLTrees

/// What is wrong with a scenario file, and where.
public typealias ScenarioFileError = YAMLFileError

typealias ScenarioTree = YAMLTree
