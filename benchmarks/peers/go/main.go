// Asks warthog618/sms of each text, and times itself: `ask TEXTS.json [ROUNDS]`.
//
// The law of this file: it prints one JSON document: the version, the nanoseconds that a text took
// in each round, and the answers, [alphabet, parts] or null where the package refuses a text.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/warthog618/sms"
	"github.com/warthog618/sms/encoding/tpdu"
)

const peer = "github.com/warthog618/sms"

type told struct {
	Version     string    `json:"version"`
	Nanoseconds []float64 `json:"nanoseconds"`
	Answers     [][]any   `json:"answers"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) == 0 {
		return fmt.Errorf("give the file of texts")
	}
	octets, err := os.ReadFile(arguments[0])
	if err != nil {
		return err
	}
	var texts []string
	if err := json.Unmarshal(octets, &texts); err != nil {
		return err
	}
	rounds := 0
	if len(arguments) > 1 {
		if rounds, err = strconv.Atoi(arguments[1]); err != nil {
			return err
		}
	}
	said := told{Version: version(), Nanoseconds: []float64{}, Answers: [][]any{}}
	for _, text := range texts {
		alphabet, parts := ask(text)
		if parts == 0 {
			said.Answers = append(said.Answers, nil)
			continue
		}
		said.Answers = append(said.Answers, []any{alphabet, parts})
	}
	for round := 0; round < rounds; round++ {
		start := time.Now()
		for _, text := range texts {
			ask(text)
		}
		taken := float64(time.Since(start).Nanoseconds())
		said.Nanoseconds = append(said.Nanoseconds, taken/float64(len(texts)))
	}
	return json.NewEncoder(os.Stdout).Encode(said)
}

// ask gives the alphabet and the number of parts, no parts where the text is refused.
func ask(text string) (string, int) {
	pdus, err := sms.Encode([]byte(text))
	if err != nil || len(pdus) == 0 {
		return "", 0
	}
	alphabet, err := pdus[0].DCS.Alphabet()
	if err != nil {
		return "", 0
	}
	if alphabet == tpdu.AlphaUCS2 {
		return "ucs2", len(pdus)
	}
	return "gsm7", len(pdus)
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, each := range info.Deps {
		if each.Path == peer {
			return each.Version
		}
	}
	return ""
}
