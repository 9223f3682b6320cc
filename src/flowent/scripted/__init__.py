"""The scripted provider: a model provider that answers as a script says, for tests, demonstrations and benchmarks.

It is a real HTTP server that speaks the wire formats of OpenAI (chat completions and Responses), Anthropic and
Gemini, with their faults. Invariant: importing this package loads no provider library.
"""
