"""Pure rules of continuing education: lines and a requirement in, findings with reasons out."""
