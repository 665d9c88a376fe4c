// Signs tokens with Go's golang-jwt. Standard input: a list of {alg, secret, key, header, claims}; output: the tokens.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

type request struct {
	Alg    string
	Secret bool
	Key    []byte // Base64 in JSON.
	Header map[string]any
	Claims jwt.MapClaims
}

func signingKey(asked request) (any, error) {
	switch {
	case asked.Secret:
		return asked.Key, nil
	case strings.HasPrefix(asked.Alg, "ES"):
		return jwt.ParseECPrivateKeyFromPEM(asked.Key)
	case asked.Alg == "EdDSA":
		return jwt.ParseEdPrivateKeyFromPEM(asked.Key)
	default:
		return jwt.ParseRSAPrivateKeyFromPEM(asked.Key)
	}
}

func sign(asked request) (string, error) {
	key, err := signingKey(asked)
	if err != nil {
		return "", err
	}
	token := jwt.NewWithClaims(jwt.GetSigningMethod(asked.Alg), asked.Claims)
	for name, value := range asked.Header {
		token.Header[name] = value
	}
	return token.SignedString(key)
}

func main() {
	var requests []request
	decoder := json.NewDecoder(os.Stdin)
	decoder.UseNumber()
	if err := decoder.Decode(&requests); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	tokens := []string{}
	for _, asked := range requests {
		token, err := sign(asked)
		if err != nil {
			fmt.Fprintln(os.Stderr, asked.Alg, err)
			os.Exit(1)
		}
		tokens = append(tokens, token)
	}
	json.NewEncoder(os.Stdout).Encode(tokens)
}
